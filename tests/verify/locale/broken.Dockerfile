FROM python:3.11 AS builder
RUN cp -r /usr/lib/locale/C.utf8 /usr/lib/locale/xx_XX.utf8
WORKDIR /app
COPY app.py .

FROM python:3.11-slim
WORKDIR /app
COPY app.py .
CMD ["python", "app.py"]
