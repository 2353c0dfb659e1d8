import { serveJobs } from '../../worker/job-loop.ts';
import { Worker } from './worker.ts';

serveJobs((subject) => new Worker(subject));
