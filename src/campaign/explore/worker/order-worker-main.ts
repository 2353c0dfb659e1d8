import { serveJobs } from '../../worker/job-loop.ts';
import { OrderWorker } from './order-worker.ts';

serveJobs((subject) => new OrderWorker(subject));
