FROM python:3.11 AS builder
WORKDIR /app
COPY app.py .

FROM python:3.11-slim
RUN rm -rf /usr/share/zoneinfo
WORKDIR /app
COPY app.py .
CMD ["python", "app.py"]
