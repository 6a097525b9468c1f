# python_requests.py - the same request by python's requests: one session, and as
# many threads as calls at once.
import resource, sys, threading, time
import requests
from requests.adapters import HTTPAdapter

url, ca, path, at_once, warm_up, count = sys.argv[1:]
at_once = int(at_once)
head, body = open(path).read().split("\n\n", 1)
headers = dict(line.split(": ", 1) for line in head.split("\n"))

session = requests.Session()
session.trust_env = False
session.verify = ca
for scheme in "http://", "https://":
    session.mount(scheme, HTTPAdapter(pool_connections=1, pool_maxsize=at_once))


def call():
    answer = session.post(url, data=body, headers=headers)
    if answer.status_code != 200 or not answer.json()["transactionId"]:
        raise SystemExit("not the answer that was expected")


def cpu():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def measure(calls):
    began, used, left, lock = time.monotonic(), cpu(), calls, threading.Lock()

    def work():
        nonlocal left
        while True:
            with lock:
                if left == 0:
                    return
                left -= 1
            call()

    if at_once == 1:
        work()
    else:
        threads = [threading.Thread(target=work) for _ in range(at_once)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    print("%d %.6f %.6f" % (calls, time.monotonic() - began, cpu() - used))


measure(int(warm_up))
measure(int(count))
