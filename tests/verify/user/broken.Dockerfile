FROM debian:bookworm-slim AS builder
RUN useradd --no-create-home web

FROM debian:bookworm-slim
USER web
CMD ["id", "-un"]
