"""A stock client: redis-py with its default settings, one write each 20 ms, again after an error.

Appends a line per answer: "ok SECONDS NUMBER" or "error SECONDS TEXT".
"""

import argparse
import time

import redis
import redis.sentinel

PAUSE_S = 0.02


def client(options):
    if options.sentinels is None:
        return redis.Redis(host=options.vip, port=options.port)
    sentinels = [tuple(address.split(":")) for address in options.sentinels.split(",")]
    return redis.sentinel.Sentinel(sentinels).master_for(options.service)


def main():
    parser = argparse.ArgumentParser()
    for name in ("--vip", "--port", "--sentinels", "--service", "--lines"):
        parser.add_argument(name)
    options = parser.parse_args()
    master = client(options)
    number = 0
    with open(options.lines, "a", buffering=1) as lines:
        while True:
            try:
                master.set("stock:redis-py:%d" % number, number)
                lines.write("ok %.3f %d\n" % (time.time(), number))
            except redis.RedisError as error:
                lines.write("error %.3f %s\n" % (time.time(), type(error).__name__))
            number += 1
            time.sleep(PAUSE_S)


main()
