import { useEffect, useState } from 'react';

interface Task {
  id: number;
  title: string;
  done: boolean;
}

export function Board({ url }: { url: string }) {
  const [tasks, setTasks] = useState<Task[]>([]);
  const [password, setPassword] = useState('');
  const [failed, setFailed] = useState(false);

  useEffect(() => {
    const stop = new AbortController();
    async function load() {
      try {
        const reply = await fetch(`${url}/tasks`, { signal: stop.signal });
        setTasks(await reply.json());
      } catch (error) {
        if (!stop.signal.aborted) setFailed(true);
      }
    }
    void load();
    return () => stop.abort();
  }, [url]);

  if (failed) return <p role="alert">The tasks could not be loaded. Try again.</p>;
  return (
    <form onSubmit={(event) => event.preventDefault()}>
      <input type="password" value={password} onChange={(event) => setPassword(event.target.value)} />
      {password === '' && <p>A password is needed.</p>}
      <ul>
        {tasks.map((task) => (
          <li key={task.id} data-done={task.done}>{task.title}</li>
        ))}
      </ul>
    </form>
  );
}
