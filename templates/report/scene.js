// What a drawing shows: the services that are wanted and who is next to them, those around one, or groups of them
// where they are too many to be read.

const MOST_NODES = 120;
const GROUPINGS = {
  wave: ["wave", (service) => (service.wave === null ? NO_WAVE : String(service.wave)), (key) => (key === NO_WAVE ? "in no wave" : estate.waves[key].name)],
  runtime: ["runtime", (service) => service.software, (key) => key],
  fit: ["fit", (service) => service.fit, (key) => key],
};
const STEPS = [1, 2, 3];

// Nodes are {key, name, place} for a service or another end, {key, name, of, by} for a group; edges [from, to, count].
// `ring` is the order of groups on a ring.
function sceneOf(query) {
  const around = byLabel.get(query.get("at") ?? "");
  if (around) return sceneOfPlaces(neighbourhood(around.place, Number(query.get("steps")) || 1));
  const those = estate.services.filter((one) => wanted(one, query));
  const grouping = groupingOf(query, those);
  if (grouping) return sceneOfGroups(those, grouping, isFiltered(query));
  if (!isFiltered(query)) return { ...sceneOfPlaces(new Set(Array(estate.services.length + estate.others.length).keys())), whole: true };
  const chosen = new Set(those.map((one) => one.place));
  const beside = nextTo(chosen);
  return sceneOfPlaces(chosen.size + beside.size <= MOST_NODES ? new Set([...chosen, ...beside]) : chosen, chosen);
}

// What to group by: what was asked for, else the first that tells many services apart and is not filtered by already.
function groupingOf(query, services) {
  const by = query.get("by");
  if (by === "nothing") return null;
  if (by in GROUPINGS && !query.get(by)) return by;
  if (services.length <= MOST_NODES) return null;
  const tellsApart = (name) => !query.get(name) && new Set(services.map(GROUPINGS[name][1])).size > 1;
  return Object.keys(GROUPINGS).find(tellsApart) ?? null;
}

function nextTo(places) {
  const found = new Set();
  for (const edge of estate.edges) {
    if (places.has(edge.caller) && !places.has(edge.callee)) found.add(edge.callee);
    if (places.has(edge.callee) && !places.has(edge.caller)) found.add(edge.caller);
  }
  return found;
}

// Ends that were not scanned are shown, but nothing is reached through them: half of an estate may call the same one.
function neighbourhood(place, steps) {
  const found = new Set([place]);
  for (let step = 0; step < steps; step++) {
    const from = new Set([...found].filter((one) => estate.services[one]));
    nextTo(from).forEach((one) => found.add(one));
  }
  return found;
}

function sceneOfPlaces(places, chosen = places) {
  const nodes = [...places].sort((a, b) => a - b).map((place) => ({ key: String(place), name: nameOf(place), place, beside: !chosen.has(place) }));
  const at = new Map(nodes.map((node, number) => [node.place, number]));
  const counts = counting(estate.edges.filter((edge) => at.has(edge.caller) && at.has(edge.callee)).map((edge) => [at.get(edge.caller), at.get(edge.callee)]));
  return { nodes, edges: counts, grouped: null };
}

function sceneOfGroups(services, by, filtered) {
  const [, keyOf, titleOfKey] = GROUPINGS[by];
  const groups = [...grouped(services, keyOf)].sort(([a], [b]) => (a === NO_WAVE) - (b === NO_WAVE) || compared(a, b));
  const nodes = groups.map(([key, of]) => ({ key: by + " " + key, name: titleOfKey(key), of, by, value: key, inside: 0 }));
  const at = new Map(nodes.flatMap((node, number) => node.of.map((one) => [one.place, number])));
  const beyond = { key: "beyond", name: filtered ? "all others" : "not scanned", of: [], by: null, inside: 0 };
  const ends = estate.edges.map((edge) => [at.get(edge.caller) ?? nodes.length, at.get(edge.callee) ?? nodes.length]).filter(([from, to]) => Math.min(from, to) < nodes.length);
  for (const [from, to] of ends) if (from === to) nodes[from].inside++;
  const across = ends.filter(([from, to]) => from !== to);
  if (across.flat().includes(nodes.length)) nodes.push(beyond);
  return { nodes, edges: bothWays(counting(across)), grouped: by, ring: by === "wave" ? nodes.map((_, at) => at) : callersFirst(nodes, across) };
}

// One edge for each two groups, from the one that calls more: [from, to, count, count of the way back].
function bothWays(edges) {
  const back = new Map(edges.map(([from, to, count]) => [to + " " + from, count]));
  const more = ([from, to, count]) => count - (back.get(from + " " + to) ?? 0) || to - from;
  return edges.filter((edge) => more(edge) > 0).map(([from, to, count]) => [from, to, count, back.get(from + " " + to) ?? 0]);
}

// Groups by how much more they call than they are called.
function callersFirst(nodes, pairs) {
  const share = nodes.map((_, at) => {
    const out = pairs.filter(([from]) => from === at).length, all = pairs.filter((pair) => pair.includes(at)).length;
    return all ? out / all : 0.5;
  });
  return [...share.keys()].sort((a, b) => share[b] - share[a] || a - b);
}

function counting(pairs) {
  return [...grouped(pairs, (pair) => pair.join(" ")).values()].map((those) => [...those[0], those.length]);
}
