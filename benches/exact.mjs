// The exact data plane in the browser: what a request costs, beside a plain
// loop over a binary heap of events in the same page.

const MILLISECOND = 1e-3;

/** A service of tasks with slots, at a load of their slots or of their CPU. */
function scenario({ rps, seconds, tasks, task, group = {}, client = {}, traffic, events = [], autoscaling }) {
  return {
    version: 1,
    duration_s: seconds,
    traffic: traffic ?? { shape: "steady", rps },
    service: {
      desired_count: tasks,
      task: { service_time: { law: "exponential", mean_ms: 50 }, ...task },
      target_group: group,
      client,
    },
    events,
    ...(autoscaling ? { autoscaling } : {}),
  };
}

/**
 * What is measured, with a budget: milliseconds for a million requests, which
 * are nanoseconds a request.
 */
export const CASES = {
  "M/M/4": {
    budget: 80,
    scenario: scenario({
      rps: 0.8 * 4 / (50 * MILLISECOND),
      seconds: 15_600,
      tasks: 1,
      task: { concurrency: 4, queue_limit: null, cpu_ms_per_request: 0 },
    }),
  },
  "ten tasks of 16 slots": {
    budget: 60,
    scenario: scenario({
      rps: 0.7 * 160 / (50 * MILLISECOND),
      seconds: 480,
      tasks: 10,
      task: { concurrency: 16, queue_limit: null, cpu_ms_per_request: 2 },
    }),
  },
  // Traffic rises above what the tasks can do; queues fill, clients give up
  // and send again, tasks crash, come back in slow start, and drain.
  "everything but a shared CPU": {
    budget: 100,
    scenario: scenario({
      seconds: 1200,
      tasks: 4,
      task: { concurrency: 16, queue_limit: 100, cpu_ms_per_request: 3 },
      group: { slow_start_s: 30, deregistration_delay_s: 20 },
      client: { timeout_ms: 250, retries: 2 },
      traffic: {
        shape: "spike", base_rps: 700, peak_rps: 1600, start_s: 120, rise_s: 60, hold_s: 300, fall_s: 60,
      },
      events: [
        { at_s: 60, kind: "task_crash", count: 1 },
        { at_s: 200, kind: "set_desired", desired_count: 7 },
        { at_s: 400, kind: "task_crash", count: 2 },
        { at_s: 800, kind: "set_desired", desired_count: 4 },
      ],
    }),
  },
  "a shared CPU": {
    budget: 250,
    scenario: scenario({
      rps: 10 * 50 * 0.85,
      seconds: 2350,
      tasks: 10,
      task: { concurrency: 16, queue_limit: 1000, cpu_ms_per_request: 20 },
    }),
  },
};

/** Milliseconds for a million requests, of each case and of the anchor. */
export async function measureExact(page) {
  return page.evaluate(async (cases) => {
    const probe = await import("./headroom_probe.js");
    await probe.default();
    // M/M/4 at load 0.8, as a textbook would write it.
    const heap = () => {
      const customers = 1e6;
      const events = [];
      const push = (event) => {
        let at = events.push(event) - 1;
        while (at > 0) {
          const above = (at - 1) >> 1;
          if (events[above].at <= event.at) break;
          events[at] = events[above];
          at = above;
        }
        events[at] = event;
      };
      const pop = () => {
        const first = events[0];
        const last = events.pop();
        if (events.length === 0) return first;
        let at = 0;
        for (;;) {
          let below = 2 * at + 1;
          if (below >= events.length) break;
          if (below + 1 < events.length && events[below + 1].at < events[below].at) below += 1;
          if (events[below].at >= last.at) break;
          events[at] = events[below];
          at = below;
        }
        events[at] = last;
        return first;
      };
      const exponential = () => -Math.log(1 - Math.random());
      const queue = [];
      let first = 0;
      let [busy, arrived, waited] = [0, 0, 0];
      push({ at: 0, arrives: true });
      while (events.length > 0) {
        const { at, arrives } = pop();
        if (arrives) {
          arrived += 1;
          if (arrived < customers) push({ at: at + exponential() / 3.2, arrives: true });
          queue.push(at);
        } else {
          busy -= 1;
        }
        if (busy < 4 && first < queue.length) {
          busy += 1;
          waited += at - queue[first];
          first += 1;
          push({ at: at + exponential(), arrives: false });
        }
      }
      if (Math.abs(waited / customers - 0.7455) > 0.1) throw new Error(`waited ${waited}`);
      return customers;
    };
    // They take turns, so that all meet the same machine; the best of each counts.
    const works = { anchor: heap };
    for (const [name, json] of Object.entries(cases)) works[name] = () => probe.exact(json);
    const measured = {};
    for (let round = 0; round < 9; round += 1) {
      for (const [name, work] of Object.entries(works)) {
        const begin = performance.now();
        const requests = work();
        const took = ((performance.now() - begin) * 1e6) / requests;
        measured[name] = Math.min(measured[name] ?? Infinity, took);
      }
    }
    return measured;
  }, Object.fromEntries(Object.entries(CASES).map(([name, { scenario }]) => [name, JSON.stringify(scenario)])));
}
