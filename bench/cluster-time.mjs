/** How long a study takes on a cluster, by simulation: `node bench/cluster-time.mjs` prints the table of docs/scaling.md. */
/** Tasks of an array, where the cluster does not say (MaxArraySize 1001). */
const ARRAY = 1000;

/**
 * Seconds from the first task to the last: each begins, in its order, when a place is free. With a throttle an array begins when
 * the one before has ended, as they are submitted then.
 * @param {readonly number[]} tasks seconds of each, with what a task needs besides training
 * @param {number} places on all nodes together
 * @param {number} [throttle]
 */
function simulate(tasks, places, throttle) {
  const atOnce = Math.min(places, throttle ?? places, tasks.length);
  const free = new Float64Array(atOnce);
  for (const [i, seconds] of tasks.entries()) {
    if (throttle !== undefined && i % ARRAY === 0) free.fill(Math.max(...free));
    let first = 0;
    for (let place = 1; place < atOnce; place++) if (free[place] < free[first]) first = place;
    free[first] += seconds;
  }
  return Math.max(...free);
}

/** Standard normal numbers, the same in each call. @returns {() => number} */
function normals() {
  let state = 123_456_789;
  const uniform = () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}

table();

function table() {
  const [train, overhead, sd, perNode] = [600, 2, 0.3, 32];
  console.log(
    `Runs of ${train} s (log-normal, standard deviation of the logarithm ${sd}) and ${overhead} s, ${perNode} places on a node; hours.\n`,
  );
  console.log(
    '| runs | nodes | formula | simulated | with `throttle` of half the places | writes of states, of checkpoints each second |\n|---|---|---|---|---|---|',
  );
  for (const runs of [100, 1000, 10_000, 100_000])
    for (const nodes of [1, 10, 100]) {
      const places = nodes * perNode;
      const normal = normals();
      const tasks = Array.from({ length: runs }, () => overhead + train * Math.exp(sd * normal() - (sd * sd) / 2));
      const formula = Math.ceil(runs / places) * (train + overhead);
      const hours = [formula, simulate(tasks, places), simulate(tasks, places, places / 2)].map((s) =>
        (s / 3600).toFixed(s < 36_000 ? 2 : 1),
      );
      const atOnce = Math.min(runs, places);
      console.log(
        `| ${runs.toLocaleString('en')} | ${nodes} | ${hours.join(' | ')} | ${Math.round(atOnce / 2)}, ${Math.round(atOnce / 10)} |`,
      );
    }
}
