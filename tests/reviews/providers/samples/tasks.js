'use strict';

// A small task service on Express 4, written with care: no rule may fire here.
const crypto = require('node:crypto');
const fs = require('node:fs/promises');
const path = require('node:path');
const { execFile } = require('node:child_process');
const express = require('express');
const cors = require('cors');
const jwt = require('jsonwebtoken');

const PUBLIC = path.join(__dirname, 'public');
const COLUMNS = 'id, title, done, created_at';
const TABLE = 'tasks';
const SECRET = process.env.JWT_SECRET;
const ORIGINS = (process.env.ORIGINS || 'https://tasks.example.edu').split(',');
const MESSAGES = { password: 'A password has at least twelve characters', token: 'Sign in first' };
const PATHS = { passwordReset: '/account/password', token: '/oauth/token' };

if (!SECRET) {
  throw new Error('Set JWT_SECRET.');
}

const wrap = (handler) => (req, res, next) => Promise.resolve(handler(req, res, next)).catch(next);

function open(db) {
  db.exec('PRAGMA foreign_keys = ON');
  db.exec(`CREATE TABLE IF NOT EXISTS tasks (
    id INTEGER PRIMARY KEY, title TEXT NOT NULL, done INTEGER NOT NULL DEFAULT 0, created_at TEXT NOT NULL
  )`);
  return db;
}

function tasks(db) {
  const byId = db.prepare(`SELECT ${COLUMNS} FROM ${TABLE} WHERE id = ?`);
  const insert = db.prepare('INSERT INTO tasks (title, created_at) ' + 'VALUES (?, ?)');
  return {
    all: ({ limit, offset }) => db.prepare(`SELECT ${COLUMNS} FROM tasks LIMIT ? OFFSET ?`).all(limit, offset),
    get: (id) => byId.get(id),
    some(ids) {
      const placeholders = ids.map(() => '?').join(', ');
      return db.prepare(`SELECT ${COLUMNS} FROM tasks WHERE id IN (${placeholders})`).all(...ids);
    },
    create(title) {
      const { lastInsertRowid } = insert.run(title, new Date().toISOString());
      return byId.get(lastInsertRowid);
    },
    update: db.transaction((id, changes) => {
      const current = byId.get(id);
      if (!current) return undefined;
      const next = { ...current, ...changes };
      db.prepare('UPDATE tasks SET title = ?, done = ? WHERE id = ?').run(next.title, next.done ? 1 : 0, id);
      return byId.get(id);
    }),
    remove: (id) => db.prepare('DELETE FROM tasks WHERE id = ?').run(id).changes > 0,
  };
}

function parseTask(body) {
  const errors = [];
  if (typeof body.title !== 'string' || body.title.trim() === '') errors.push('title: a text is needed');
  if (body.done !== undefined && typeof body.done !== 'boolean') errors.push('done: true or false');
  return { errors, value: { title: String(body.title).trim(), done: body.done } };
}

function signIn(req, res, next) {
  const [scheme, token] = (req.get('authorization') || '').split(' ');
  if (scheme !== 'Bearer' || !token) {
    return res.status(401).json({ error: MESSAGES.token });
  }
  try {
    req.user = jwt.verify(token, SECRET, { algorithms: ['HS256'] });
    return next();
  } catch (error) {
    return res.status(401).json({ error: MESSAGES.token });
  }
}

function sameDigest(given, stored) {
  const a = Buffer.from(given, 'hex');
  const b = Buffer.from(stored, 'hex');
  return a.length === b.length && crypto.timingSafeEqual(a, b);
}

function build(db, log = console) {
  const app = express();
  const store = tasks(open(db));
  app.use(cors({ origin: ORIGINS, credentials: true }));
  app.use(express.json({ limit: '16kb' }));
  app.use(express.static(PUBLIC));

  app.get('/tasks', signIn, (req, res) => {
    const limit = Math.min(Number(req.query.limit) || 50, 100);
    res.json(store.all({ limit, offset: Number(req.query.offset) || 0 }));
  });

  app.get('/tasks/:id', signIn, (req, res) => {
    const task = store.get(Number(req.params.id));
    if (!task) return res.status(404).json({ error: 'There is no such task.' });
    return res.json(task);
  });

  app.post('/tasks', signIn, (req, res) => {
    const { errors, value } = parseTask(req.body);
    if (errors.length) return res.status(400).json({ errors });
    const task = store.create(value.title);
    return res.status(201).location(`/tasks/${task.id}`).json(task);
  });

  app.patch('/tasks/:id', signIn, (req, res) => {
    const { errors, value } = parseTask(req.body);
    if (errors.length) return res.status(422).json({ errors });
    const task = store.update(Number(req.params.id), value);
    return task ? res.json(task) : res.sendStatus(404);
  });

  app.get('/help/:page', wrap(async (req, res) => {
    const name = path.basename(req.params.page);
    const text = await fs.readFile(path.join(PUBLIC, `${name}.txt`), 'utf8');
    res.type('text').send(text);
  }));

  app.get('/version', (req, res, next) => {
    execFile('git', ['rev-parse', 'HEAD'], (error, stdout) => {
      if (error) return next(error);
      return res.send(stdout.trim());
    });
  });

  app.post('/session', wrap(async (req, res) => {
    const session = crypto.randomUUID();
    res.cookie('session', session, { httpOnly: true, secure: true, sameSite: 'lax' });
    res.redirect('/');
  }));

  app.use((error, req, res, next) => {
    if (res.headersSent) return next(error);
    log.error(error);
    const status = error.status >= 400 && error.status < 500 ? error.status : 500;
    return res.status(status).json({ error: status === 500 ? 'Something went wrong.' : 'The request is malformed.' });
  });
  return app;
}

async function retry(work, times) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (attempt >= times) throw error;
      await new Promise((resolve) => setTimeout(resolve, 2 ** attempt * 100 * (1 + Math.random())));
    }
  }
}

function settings(text) {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error('The settings are not JSON.', { cause: error });
  }
}

module.exports = { build, parseTask, retry, sameDigest, settings, PATHS };
