job() {
    /usr/bin/python3 job.py
}
