'use strict';

const express = require('express');
const db = require('./db');
const { limit } = require('./middleware/limit');
const { validateNewTask, validateChanges, validateFilter } = require('./middleware/validate');

const app = express();
app.disable('x-powered-by');
app.use(express.json({ limit: '10kb' }));

app.get('/tasks', validateFilter, async (req, res) => {
  res.json(await db.listTasks(req.query.status));
});

app.get('/tasks/:id', async (req, res) => {
  const task = await db.getTask(req.params.id);
  if (!task) {
    return res.status(404).json({ error: 'Task not found' });
  }
  return res.json(task);
});

app.post('/tasks', limit(60, 60), validateNewTask, async (req, res) => {
  const id = await db.createTask({ ...req.fields, created_at: Date.now() });
  res.status(201).location(`/tasks/${id}`).json(await db.getTask(id));
});

app.patch('/tasks/:id', validateChanges, async (req, res) => {
  const task = await db.updateTask({ id: req.params.id, ...req.fields, updated_at: Date.now() });
  if (!task) {
    return res.status(404).json({ error: 'Task not found' });
  }
  return res.json(task);
});

app.delete('/tasks/:id', async (req, res) => {
  await db.deleteTask(req.params.id);
  res.status(204).end();
});

app.use((req, res) => {
  res.status(404).json({ error: 'Not found' });
});

// Everything that a route throws or rejects with arrives here and is answered as JSON.
app.use((error, req, res, next) => {
  if (res.headersSent) {
    return next(error);
  }
  if (error.status >= 400 && error.status < 500) {
    return res.status(error.status).json({ error: error.message });
  }
  return res.status(500).json({ error: error.message });
});

/** Listens until SIGTERM, then lets open requests finish and closes the database. */
function start(port) {
  const server = app.listen(port, () => console.log(`Tasks API on port ${port}`));
  process.once('SIGTERM', () => {
    server.close(() => {
      db.close().then(() => process.exit(0));
    });
  });
}

if (require.main === module) {
  start(Number(process.env.PORT ?? 3000));
}

module.exports = app;
