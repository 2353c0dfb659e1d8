import { serveJobs } from '../../worker/job-loop.ts';
import { FuzzWorker } from './fuzz-worker.ts';

serveJobs((subject) => new FuzzWorker(subject));
