'use strict';

const { createHash, timingSafeEqual } = require('node:crypto');

const sha256 = (text) => createHash('sha256').update(text).digest();

/** Lets only those pass who send the token of TASKS_TOKEN; while none is set, nobody. */
function authenticate(req, res, next) {
  const token = process.env.TASKS_TOKEN;
  const sent = req.get('Authorization') ?? '';
  if (token && timingSafeEqual(sha256(sent), sha256(`Bearer ${token}`))) {
    return next();
  }
  res.set('WWW-Authenticate', 'Bearer');
  return res.status(401).json({ error: 'A valid token is needed' });
}

module.exports = { authenticate };
