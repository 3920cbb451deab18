FROM python:3.11 AS builder
WORKDIR /app
COPY note.c .
RUN gcc -static -o note note.c

FROM scratch
ENV PYTHONUNBUFFERED=1
WORKDIR /app
COPY --from=builder /app/note /app/note
CMD ["/app/note"]
