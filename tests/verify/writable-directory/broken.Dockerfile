FROM debian:bookworm-slim AS builder
RUN mkdir /data && chown 1000:1000 /data

FROM debian:bookworm-slim
RUN mkdir /data
USER 1000
CMD ["sh"]
