from setuptools import setup

setup(name="apples", version="1.2", py_modules=["apples"])
