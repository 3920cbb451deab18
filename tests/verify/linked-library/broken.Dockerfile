FROM python:3.11 AS builder
WORKDIR /app
COPY version.c .
RUN gcc -o version version.c -lyaml

FROM debian:trixie-slim
WORKDIR /app
COPY --from=builder /app/version /app/version
CMD ["/app/version"]
