import subprocess


def capture(*words):
    return subprocess.check_output(words, text=True)


def first(line):
    return capture(*line.split()).split()[0]
