'use strict';

const express = require('express');
const { authenticate } = require('./middleware/authenticate');
const { limit } = require('./middleware/limit');
const { validateNewTask, validateChanges, validatePage } = require('./middleware/validate');

const app = express();
app.disable('x-powered-by');

/** Where tasks are kept. The routes know its functions, and no database. */
const storage = (req) => req.app.locals.storage;

// Whoever watches over the service has no token.
app.get('/health', async (req, res) => {
  const healthy = await storage(req).ping().then(() => true, () => false);
  res.status(healthy ? 200 : 503).json({ healthy });
});

app.use(authenticate);
app.use(express.json({ limit: '10kb' }));

app.get('/tasks', validatePage, async (req, res) => {
  const tasks = await storage(req).listTasks(req.page);
  const next = tasks.length === req.page.limit ? tasks.at(-1).id : null;
  res.json({ tasks, next });
});

app.get('/tasks/:id', async (req, res) => {
  const task = await storage(req).getTask(req.params.id);
  if (!task) {
    return res.status(404).json({ error: 'Task not found' });
  }
  return res.json(task);
});

app.post('/tasks', limit(60, 60), validateNewTask, async (req, res) => {
  const id = await storage(req).createTask({ ...req.fields, created_at: new Date().toISOString() });
  res.status(201).location(`/tasks/${id}`).json(await storage(req).getTask(id));
});

app.patch('/tasks/:id', validateChanges, async (req, res) => {
  const now = new Date().toISOString();
  const task = await storage(req).updateTask({ id: req.params.id, ...req.fields, updated_at: now });
  if (!task) {
    return res.status(404).json({ error: 'Task not found' });
  }
  return res.json(task);
});

app.delete('/tasks/:id', async (req, res) => {
  if (!(await storage(req).deleteTask(req.params.id))) {
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

/** Opens the storage and listens until SIGTERM, then lets open requests finish and closes it. */
function start(port, db, file) {
  try {
    db.open(file);
  } catch (error) {
    console.error(`Cannot open the database ${file}: ${error.message}`);
    process.exit(1);
  }
  app.locals.storage = db;
  const server = app.listen(port, () => console.log(`Tasks API on port ${port}`));
  process.once('SIGTERM', () => {
    server.close(() => {
      db.close().then(() => process.exit(0));
    });
  });
}

if (require.main === module) {
  start(Number(process.env.PORT ?? 3000), require('./db'), process.env.TASKS_DB ?? 'tasks.db');
}

module.exports = app;
