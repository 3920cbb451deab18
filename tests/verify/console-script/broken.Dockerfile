FROM python:3.11 AS builder
COPY . /src
RUN pip install --no-build-isolation --no-deps /src

FROM python:3.11-slim
COPY . /src
COPY --from=builder /usr/local/lib/python3.11/site-packages /usr/local/lib/python3.11/site-packages
CMD ["greet"]
