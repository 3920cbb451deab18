FROM python:3.11 AS builder
WORKDIR /app
COPY start.sh .

FROM python:3.11-slim
WORKDIR /app
COPY start.sh .
ENTRYPOINT ["./start.sh"]
