// Where the nodes of a drawing stand: callers to the left of what they call, few crossings, no overlap.
// The layered method of Sugiyama, Tagawa and Toda (1981): break circles, give each node a layer, lead edges that are
// longer than one layer between the nodes, order the layers by the mean place of their neighbours. A layer that is much
// taller than the drawing is wide gets several columns, and edges then go straight.

const NODE_WIDTH = 176;
const NODE_HEIGHT = 40;
const COLUMN = 250;
const ROW = 54;
const NARROW = 196;
const BEND = 14;
const SWEEPS = 8;
const MOST_ROWS = 18;

// Nodes are 0 to `count` - 1, each of `pairs` begins with caller and callee. Gives `places`, the upper left corner of each node;
// `ways`, the points that an edge passes, by "caller callee"; `alone`, where the nodes without edges begin, or null.
function layered(count, pairs) {
  const edges = [...new Map(pairs.filter(([one, other]) => one !== other).map(([one, other]) => [one + " " + other, [one, other]])).values()];
  const joined = [...new Set(edges.flat())].sort((a, b) => a - b);
  const turned = withoutCircles(joined, edges);
  const layers = layersOf(joined, turned);
  const places = Array(count);
  const ways = new Map();
  if (layers.every((layer) => layer.length <= MOST_ROWS)) placeWithBends(layers, edges, turned, places, ways);
  else placeInColumns(ordered(layers, edges), joined.length, places);
  const alone = [...Array(count).keys()].filter((node) => !places[node]);
  return { places, ways, alone: placeAlone(alone, places) };
}

function neighbours(pairs) {
  const found = new Map();
  for (const [one, other] of pairs) {
    if (!found.has(one)) found.set(one, []);
    found.get(one).push(other);
  }
  return found;
}

const reversed = (pairs) => pairs.map(([one, other]) => [other, one]);

// The edges, with those turned round that close a circle on the way from a node that nobody calls.
function withoutCircles(nodes, edges) {
  const callees = neighbours(edges);
  const called = new Set(edges.map(([, callee]) => callee));
  const done = new Set(), onWay = new Set(), turned = new Set();
  for (const start of [...nodes].sort((a, b) => called.has(a) - called.has(b) || a - b)) {
    const way = done.has(start) ? [] : [[start, 0]];
    way.forEach(([node]) => onWay.add(node));
    while (way.length) {
      const last = way.at(-1);
      const callee = callees.get(last[0])?.[last[1]++];
      if (callee === undefined) {
        way.pop();
        onWay.delete(last[0]);
        done.add(last[0]);
      } else if (onWay.has(callee)) turned.add(last[0] + " " + callee);
      else if (!done.has(callee)) {
        way.push([callee, 0]);
        onWay.add(callee);
      }
    }
  }
  return edges.map((edge) => (turned.has(edge.join(" ")) ? [edge[1], edge[0]] : edge));
}

// Each node one layer behind the last of its callers; who is called by nobody stands just before whom it calls.
function layersOf(nodes, edges) {
  const callees = neighbours(edges), callers = neighbours(reversed(edges));
  const waiting = new Map(nodes.map((node) => [node, callers.get(node)?.length ?? 0]));
  const ready = nodes.filter((node) => !waiting.get(node));
  const layer = new Map();
  for (const node of ready) {
    layer.set(node, Math.max(-1, ...(callers.get(node) ?? []).map((caller) => layer.get(caller))) + 1);
    for (const callee of callees.get(node) ?? []) {
      waiting.set(callee, waiting.get(callee) - 1);
      if (!waiting.get(callee)) ready.push(callee);
    }
  }
  for (const node of nodes) if (!callers.has(node)) layer.set(node, Math.min(...callees.get(node).map((callee) => layer.get(callee))) - 1);
  const found = Array.from({ length: Math.max(-1, ...layer.values()) + 1 }, () => []);
  for (const node of nodes) found[layer.get(node)].push(node);
  return found;
}

// Layers whose nodes stand near the mean place of their neighbours, from the left and back again, some times.
function ordered(layers, edges) {
  const around = neighbours([...edges, ...reversed(edges)]);
  const spot = new Map();
  const settle = (layer) => layer.forEach((node, at) => spot.set(node, (at + 0.5) / layer.length));
  layers.forEach(settle);
  const mean = (node) => around.get(node).reduce((sum, one) => sum + spot.get(one), 0) / around.get(node).length;
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    for (const layer of sweep % 2 ? [...layers].reverse() : layers) {
      const means = new Map(layer.map((node) => [node, mean(node)]));
      layer.sort((a, b) => means.get(a) - means.get(b));
      settle(layer);
    }
  }
  return layers;
}

// Edges that pass layers get a place in each of them, so that they go round the nodes there.
function placeWithBends(layers, edges, turned, places, ways) {
  const layerOf = new Map(layers.flatMap((layer, at) => layer.map((node) => [node, at])));
  const short = [];
  turned.forEach(([from, to], number) => {
    let before = from;
    const bends = [];
    for (let at = layerOf.get(from) + 1; at < layerOf.get(to); at++) {
      const bend = "bend " + number + " " + at;
      layers[at].push(bend);
      bends.push(bend);
      short.push([before, bend]);
      before = bend;
    }
    short.push([before, to]);
    if (bends.length) ways.set(edges[number].join(" "), edges[number][0] === from ? bends : bends.reverse());
  });
  const tops = new Map();
  const heights = ordered(layers, short).map((layer) => stacked(layer, tops));
  const tallest = Math.max(0, ...heights);
  layers.forEach((layer, at) => layer.forEach((one) => {
    const place = [at * COLUMN, tops.get(one) + (tallest - heights[at]) / 2];
    if (typeof one === "number") places[one] = place;
    else tops.set(one, place);
  }));
  for (const [edge, bends] of ways) ways.set(edge, bends.map((bend) => [tops.get(bend)[0], tops.get(bend)[1] + BEND / 2]));
}

function stacked(layer, tops) {
  let top = 0;
  for (const one of layer) {
    tops.set(one, top);
    top += typeof one === "number" ? ROW : BEND;
  }
  return top;
}

function placeInColumns(layers, count, places) {
  const most = Math.max(MOST_ROWS, Math.ceil(Math.sqrt(count) * 1.3));
  const rows = layers.map((layer) => Math.ceil(layer.length / Math.ceil(layer.length / most)));
  const tallest = Math.max(0, ...rows);
  let left = 0;
  layers.forEach((layer, number) => {
    const columns = Math.ceil(layer.length / rows[number]);
    const top = Math.floor(((tallest - rows[number]) * ROW) / 2);
    layer.forEach((node, at) => (places[node] = [left + (at % columns) * NARROW, top + Math.floor(at / columns) * ROW]));
    left += (columns - 1) * NARROW + COLUMN;
  });
}

// The places of a few nodes that nearly all call each other: on a ring, the first of `order` on the left, the last on the right.
function onRing(order) {
  const last = order.length - 1;
  const [width, height] = [Math.max(330, last * 62), Math.max(170, last * 34)];
  const places = Array(order.length);
  order.forEach((node, at) => {
    const angle = last ? (Math.PI * at) / last : Math.PI / 2;
    places[node] = [width - Math.cos(angle) * width, height + Math.sin(angle) * height * (at % 2 ? -1 : 1)];
  });
  return { places, ways: new Map(), alone: null };
}

function placeAlone(alone, places) {
  if (!alone.length) return null;
  const placed = places.filter(Boolean);
  const width = Math.max(0, ...placed.map(([x]) => x));
  const below = placed.length ? Math.max(...placed.map(([, y]) => y)) + 2 * ROW : 0;
  const columns = placed.length ? Math.max(4, Math.floor(width / NARROW) + 1) : Math.max(1, Math.ceil(Math.sqrt(alone.length / 2.5)));
  alone.forEach((node, at) => (places[node] = [(at % columns) * NARROW, below + Math.floor(at / columns) * ROW]));
  return below;
}
