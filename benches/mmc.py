"""M/M/4 at load 0.8 in SimPy, as its own examples are written: a process for
each customer. Prints how long a million of them took and what came out."""

import json
import random
import time

import simpy

CUSTOMERS = 1_000_000
SERVERS = 4
LOAD = 0.8  # a server's; the mean service time is 1

rng = random.Random(7)
waited = 0.0


def customer(env, servers):
    global waited
    arrived = env.now
    with servers.request() as request:
        yield request
        waited += env.now - arrived
        yield env.timeout(rng.expovariate(1.0))


def source(env, servers):
    for _ in range(CUSTOMERS):
        yield env.timeout(rng.expovariate(LOAD * SERVERS))
        env.process(customer(env, servers))


env = simpy.Environment()
env.process(source(env, simpy.Resource(env, SERVERS)))
begin = time.perf_counter()
env.run()
seconds = time.perf_counter() - begin
print(json.dumps({"seconds": seconds, "customers": CUSTOMERS, "mean_wait": waited / CUSTOMERS}))
