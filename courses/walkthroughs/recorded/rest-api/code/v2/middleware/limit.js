'use strict';

/** Lets each address make `most` requests in so many seconds; the next one is answered 429. */
function limit(most, seconds) {
  const counts = new Map();
  let ends = 0;
  return (req, res, next) => {
    const now = Date.now();
    if (now >= ends) {
      counts.clear();
      ends = now + seconds * 1000;
    }
    const count = (counts.get(req.ip) ?? 0) + 1;
    counts.set(req.ip, count);
    if (count <= most) {
      return next();
    }
    res.set('Retry-After', String(Math.ceil((ends - now) / 1000)));
    return res.status(429).json({ error: 'Too many requests' });
  };
}

module.exports = { limit };
