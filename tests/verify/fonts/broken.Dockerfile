FROM debian:bookworm-slim AS builder
WORKDIR /app
COPY font.sh .
RUN mkdir -p /usr/share/fonts/own && echo font > /usr/share/fonts/own/own.ttf

FROM debian:bookworm-slim
WORKDIR /app
COPY font.sh .
CMD ["./font.sh"]
