// Walking a neighbourhood by arrow keys: along a ring, and between rings. Pure.

/**
 * The article to which a key leads from `from`, or null. `layout` as from layoutRings, `hops` the hop of each article.
 * Right and left go round the ring, up one ring outwards, down one inwards, Home to the centre.
 */
export function walk(key, from, layout, hops) {
  const hop = hops[from];
  const ring = layout.order.get(hop);
  if (key === "Home") return 0;
  if (hop === 0) {
    const angles = { ArrowUp: -Math.PI / 2, ArrowRight: 0, ArrowDown: Math.PI / 2, ArrowLeft: Math.PI };
    return key in angles ? nearest(layout.order.get(1), angles[key], layout.angle) : null;
  }
  if (key === "ArrowRight") return ring[(ring.indexOf(from) + 1) % ring.length];
  if (key === "ArrowLeft") return ring[(ring.indexOf(from) - 1 + ring.length) % ring.length];
  if (key === "ArrowUp") return nearest(layout.order.get(hop + 1), layout.angle[from], layout.angle);
  if (key === "ArrowDown") return hop === 1 ? 0 : nearest(layout.order.get(hop - 1), layout.angle[from], layout.angle);
  return null;
}

function nearest(ring, angle, angles) {
  if (!ring?.length) return null;
  const apart = (article) => Math.abs(Math.atan2(Math.sin(angles[article] - angle), Math.cos(angles[article] - angle)));
  return ring.reduce((best, article) => (apart(article) < apart(best) ? article : best));
}
