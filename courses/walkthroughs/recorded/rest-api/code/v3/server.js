'use strict';

const express = require('express');
const db = require('./db');
const { authenticate } = require('./middleware/authenticate');
const { limit } = require('./middleware/limit');
const { validateNewTask, validateChanges, validateFilter } = require('./middleware/validate');

const app = express();
app.disable('x-powered-by');
app.use(authenticate);
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
  const id = await db.createTask({ ...req.fields, created_at: new Date().toISOString() });
  res.status(201).location(`/tasks/${id}`).json(await db.getTask(id));
});

app.patch('/tasks/:id', validateChanges, async (req, res) => {
  const now = new Date().toISOString();
  const task = await db.updateTask({ id: req.params.id, ...req.fields, updated_at: now });
  if (!task) {
    return res.status(404).json({ error: 'Task not found' });
  }
  return res.json(task);
});

app.delete('/tasks/:id', async (req, res) => {
  if (!(await db.deleteTask(req.params.id))) {
    return res.status(404).json({ error: 'Task not found' });
  }
  return res.status(204).end();
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
  console.error(error);
  return res.status(500).json({ error: 'Internal error' });
});

/** Opens the database and listens until SIGTERM, then lets open requests finish and closes it. */
function start(port, file) {
  try {
    db.open(file);
  } catch (error) {
    console.error(`Cannot open the database ${file}: ${error.message}`);
    process.exit(1);
  }
  const server = app.listen(port, () => console.log(`Tasks API on port ${port}`));
  process.once('SIGTERM', () => {
    server.close(() => {
      db.close().then(() => process.exit(0));
    });
  });
}

if (require.main === module) {
  start(Number(process.env.PORT ?? 3000), process.env.TASKS_DB ?? 'tasks.db');
}

module.exports = app;
