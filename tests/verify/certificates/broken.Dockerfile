FROM python:3.11 AS builder
WORKDIR /app
COPY trust.sh .

FROM debian:trixie-slim
RUN rm -rf /etc/ssl/certs
WORKDIR /app
COPY trust.sh .
CMD ["./trust.sh"]
