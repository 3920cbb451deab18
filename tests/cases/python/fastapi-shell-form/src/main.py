"""Adds and divides, and says where the home of the application is."""

import os

from fastapi import FastAPI, HTTPException

app = FastAPI(title="sums")


@app.get("/add")
def add(left: int, right: int):
    return {"sum": left + right}


@app.get("/divide")
def divide(left: int, right: int):
    if right == 0:
        raise HTTPException(status_code=422, detail="nothing divides by zero")
    return {"quotient": left // right}


@app.get("/home")
def home():
    return {"home": os.environ["APP_HOME"], "cwd": os.getcwd()}
