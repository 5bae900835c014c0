'use strict';

const { setImmediate: nextTurn } = require('node:timers/promises');
const { Database } = require('node-sqlite3-wasm');

const db = new Database(process.env.TASKS_DB ?? 'tasks.db');

db.exec(`
  CREATE TABLE IF NOT EXISTS tasks (
    id INTEGER PRIMARY KEY,
    title TEXT NOT NULL,
    description TEXT NOT NULL,
    status TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
  );
  CREATE TABLE IF NOT EXISTS deleted_tasks (
    task_id INTEGER PRIMARY KEY,
    title TEXT NOT NULL,
    deleted_at INTEGER NOT NULL
  );
`);

const COLUMNS = 'id, title, description, status, created_at, updated_at';

/** Gives every query a turn of its own, so that requests already accepted are not starved. */
async function inTurn(work) {
  await nextTurn();
  return work();
}

/** The task with this id, or null. */
function getTask(id) {
  return inTurn(() => db.get(`SELECT ${COLUMNS} FROM tasks WHERE id = ${id}`));
}

/** All tasks in the order they were created, or only those with the given status. */
function listTasks(status) {
  if (status === undefined) {
    return inTurn(() => db.all(`SELECT ${COLUMNS} FROM tasks ORDER BY id`));
  }
  return inTurn(() => db.all(`SELECT ${COLUMNS} FROM tasks WHERE status = ? ORDER BY id`, [status]));
}

/** Stores a new task and returns its id. */
function createTask({ title, description, status, created_at: createdAt }) {
  return inTurn(() => {
    const { lastInsertRowid } = db.run(
      'INSERT INTO tasks (title, description, status, created_at, updated_at) VALUES (?, ?, ?, ?, ?)',
      [title, description, status, createdAt, createdAt],
    );
    return lastInsertRowid;
  });
}

/** Writes all fields of a task back. */
function updateTask({ id, title, description, status, updated_at: updatedAt }) {
  return inTurn(() =>
    db.run('UPDATE tasks SET title = ?, description = ?, status = ?, updated_at = ? WHERE id = ?', [
      title,
      description,
      status,
      updatedAt,
      id,
    ]),
  );
}

/** Removes a task and keeps its title, so that support can tell what was deleted and when. */
function deleteTask(id) {
  return inTurn(() => {
    db.exec('BEGIN IMMEDIATE');
    try {
      db.run(
        'INSERT INTO deleted_tasks VALUES (?, (SELECT title FROM tasks WHERE id = ?), ?)',
        [id, id, Date.now()],
      );
      db.run('DELETE FROM tasks WHERE id = ?', [id]);
      db.exec('COMMIT');
    } catch (error) {
      db.exec('ROLLBACK');
      throw error;
    }
  });
}

/** Closes the connection; call it once, when no request is open any more. */
function close() {
  return inTurn(() => db.close());
}

module.exports = { getTask, listTasks, createTask, updateTask, deleteTask, close };
