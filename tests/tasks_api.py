"""Shows which defects a state of the task management API has, by running it and asking it."""

from __future__ import annotations

import json
import signal
import subprocess
from pathlib import Path

from tests.node import kept, run

# Written for every state: the later ones want a token, and are told where tasks are kept.
ASKS = r"""
process.env.TASKS_DB = ':memory:';
process.env.TASKS_TOKEN = 'secret';
const app = require('./server');
const shown = {};
shown['one-writer'] = Object.keys(require.cache).some((path) => path.endsWith('/db.js'));
const db = require('./db');
db.open?.(':memory:');
app.locals.storage = db;
const server = app.listen(0, '127.0.0.1', async () => {
  const send = async (method, path, body, authorization = 'Bearer secret') => {
    const answer = await fetch(`http://127.0.0.1:${server.address().port}${path}`,
      { method, body, headers: { 'content-type': 'application/json', authorization } });
    const text = await answer.text();
    return { status: answer.status, text, json: text && JSON.parse(text) };
  };
  const patch = (change) => send('PATCH', '/tasks/1', JSON.stringify(change));
  const post = (title) => send('POST', '/tasks', JSON.stringify({ title }));

  const created = (await post('first')).json;
  shown['epoch-timestamps'] = Number.isInteger(created.created_at);
  const schema = "0 UNION SELECT 1,sql,'','',0,0 FROM sqlite_master";
  const stolen = await send('GET', `/tasks/${encodeURIComponent(schema)}`);
  shown['sql-injection'] = stolen.text.includes('CREATE TABLE');

  let lost = 0;
  for (let turn = 0; turn < 30; turn += 1) {
    await patch({ title: 'old', status: 'open' });
    await Promise.all([patch({ title: 'new' }), patch({ status: 'done' })]);
    const { title, status } = (await send('GET', '/tasks/1')).json;
    lost += Number(title === 'old' || status === 'open');
  }
  shown['patch-race'] = lost > 0;
  shown['malformed-body'] = (await send('POST', '/tasks', '{"title":')).status === 500;
  const leak = await send('DELETE', '/tasks/4711');
  shown['error-leak'] = leak.status === 500 && leak.text.includes('deleted_tasks.title');

  shown['no-authentication'] = (await send('DELETE', '/tasks/1', undefined, '')).status === 204;
  await send('DELETE', '/tasks/1');
  const again = (await post('second')).json;
  const stuck = await send('DELETE', `/tasks/${again.id}`);
  shown['reused-id'] = again.id === created.id && stuck.status === 500;
  shown['error-leak'] ||= stuck.text.includes('deleted_tasks');

  // Fewer than the limit of a minute, more than a page.
  for (let count = 0; count < 51; count += 1) {
    await post('one of many');
  }
  const listed = (await send('GET', '/tasks')).json;
  shown['no-pagination'] = (listed.tasks ?? listed).length > 50;
  shown['no-health-check'] = (await send('GET', '/health', undefined, '')).status !== 200;
  const flood = await Promise.all(Array.from({ length: 200 }, () => post('flood')));
  shown['no-rate-limit'] = flood.every(({ status }) => status === 201);
  console.log(JSON.stringify(shown));
  server.closeAllConnections();
  server.close();
});
"""

LONG = r"""
process.env.TASKS_DB = ':memory:';
const server = require('./server').listen(0, '127.0.0.1', async () => {
  const send = async (letter) => {
    const answer = await fetch(`http://127.0.0.1:${server.address().port}/tasks`, {
      method: 'POST',
      body: JSON.stringify({ title: 'long', description: letter.repeat(5000) }),
      headers: { 'content-type': 'application/json' },
    });
    return answer.status;
  };
  console.log(JSON.stringify([await send('a'), await send('\u6f22')]));
  server.closeAllConnections();
  server.close();
});
"""

STUCK = r"""
const { Database } = require('node-sqlite3-wasm');
Database.prototype.close = () => { throw new Error('cannot be closed'); };
"""


def shown(folder: Path) -> dict[str, bool]:
    """For each defect that the API ever had, whether the one in this folder shows it.

    The folder holds the API with its node_modules.
    """
    (folder / "shown.js").write_text(ASKS)
    ran = run(["node", "shown.js"], folder)
    assert ran.returncode == 0, ran.stderr
    found: dict[str, bool] = json.loads(ran.stdout)
    return found | {"open-at-import": opens_at_import(folder), "floating-promise": ends_unhandled(folder)}


def refuses_long_words(folder: Path) -> bool:
    """Whether a description of as many letters as are allowed is taken in one script and not in another."""
    (folder / "long.js").write_text(LONG)
    ran = run(["node", "long.js"], folder)
    assert ran.returncode == 0, ran.stderr
    return bool(json.loads(ran.stdout) == [201, 500])


def opens_at_import(folder: Path) -> bool:
    """Whether a file that cannot be opened ends the server inside require(), with the driver's own words."""
    start = run(["node", "server.js"], folder, TASKS_DB="no/such/folder/tasks.db", PORT="0")
    assert start.returncode != 0
    return "at Object.<anonymous>" in start.stderr


def ends_unhandled(folder: Path) -> bool:
    """Whether SIGTERM ends the server with an unhandled rejection where its database cannot be closed."""
    (folder / "stuck.js").write_text(STUCK)
    with subprocess.Popen(
        ["node", "--require", "./stuck.js", "server.js"],
        cwd=folder,
        env=kept() | {"TASKS_DB": ":memory:", "PORT": "0"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stdout is not None
        assert "Tasks API on port" in server.stdout.readline()
        server.send_signal(signal.SIGTERM)
        _, said = server.communicate(timeout=30)
    return server.returncode == 1 and "Error: cannot be closed" in said
