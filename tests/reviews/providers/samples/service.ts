import { createHash, randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import type { Request, Response, Router } from 'express';
import type { Pool } from 'pg';

export interface User {
  id: number;
  name: string;
  passwordHash: string;
}

type Result<T> = { ok: true; value: T } | { ok: false; reason: string };

const first = <T>(items: readonly T[]): T | undefined => items[0];
const PATTERN = /^[a-z][a-z0-9-]{2,30}$/u;

export class Users {
  constructor(private readonly pool: Pool, private readonly table = 'users') {}

  async find(id: number): Promise<User | undefined> {
    const sql = 'SELECT id, name, password_hash AS "passwordHash" FROM users WHERE id = $1';
    const { rows } = await this.pool.query<User>(sql, [id]);
    return first(rows);
  }

  async rename(id: number, name: string): Promise<Result<User>> {
    if (!PATTERN.test(name)) return { ok: false, reason: 'name: lower-case letters, digits and hyphens' };
    const client = await this.pool.connect();
    try {
      await client.query('BEGIN');
      await client.query('UPDATE users SET name = $1 WHERE id = $2', [name, id]);
      await client.query('COMMIT');
    } catch (error) {
      await client.query('ROLLBACK');
      throw error;
    } finally {
      client.release();
    }
    const user = await this.find(id);
    return user ? { ok: true, value: user } : { ok: false, reason: 'no such user' };
  }

  async all(ids: number[]): Promise<User[]> {
    const found = await Promise.all(ids.map(async (id) => this.find(id)));
    return found.filter((user): user is User => user !== undefined);
  }
}

export async function hash(password: string, salt = randomBytes(16)): Promise<string> {
  const key = await new Promise<Buffer>((resolve, reject) => {
    scrypt(password, salt, 64, (error, derived) => (error ? reject(error) : resolve(derived)));
  });
  return `${salt.toString('hex')}:${key.toString('hex')}`;
}

export async function check(password: string, stored: string): Promise<boolean> {
  const [salt] = stored.split(':');
  const again = await hash(password, Buffer.from(salt, 'hex'));
  return timingSafeEqual(Buffer.from(again), Buffer.from(stored));
}

export const fingerprint = (text: string): string => createHash('sha256').update(text).digest('hex');

export function routes(router: Router, users: Users): Router {
  router.get('/users/:id', async (req: Request, res: Response, next) => {
    try {
      const user = await users.find(Number(req.params.id));
      if (user === undefined) {
        res.status(404).json({ error: 'There is no such user.' });
        return;
      }
      res.json({ id: user.id, name: user.name });
    } catch (error) {
      next(error);
    }
  });
  router.post('/search', (req: Request, res: Response) => {
    const words = String(req.body.q ?? '').split(/\s+/).filter(Boolean);
    const counts = new Map<string, number>();
    for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
    for (const [word, count] of counts) console.log(word, count);
    const ages: Record<string, number> = { ann: 30 };
    for (const name in ages) console.log(name);
    res.json({ words, total: words.length });
  });
  return router;
}

export async function rotate(file: string, limit: number): Promise<void> {
  const text = await readFile(file, 'utf8');
  if (text.length > limit) {
    await writeFile(`${file}.1`, text);
    await rm(file, { force: true });
  }
}

export function load<T>(url: string, show: (value: T) => void, fail: (error: unknown) => void): void {
  fetch(url)
    .then((reply) => reply.json() as Promise<T>)
    .then(show)
    .catch(fail);
}

async function main(): Promise<void> {
  const value = Number(process.argv[2]);
  if (Number.isNaN(value)) throw new Error('a number is needed');
  let match: RegExpExecArray | null;
  const digits = /\d/g;
  while ((match = digits.exec(String(value)))) console.log(match.index);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
