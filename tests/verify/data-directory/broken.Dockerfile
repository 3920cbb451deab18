FROM debian:bookworm-slim AS builder
WORKDIR /app
COPY words.sh .
RUN mkdir data && printf 'pear\napple\n' > data/words

FROM debian:bookworm-slim
WORKDIR /app
COPY words.sh .
CMD ["./words.sh"]
