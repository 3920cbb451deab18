FROM python:3.11
# café
CMD ["python"]
