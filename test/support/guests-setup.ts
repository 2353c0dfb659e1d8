import { removeGuestsAfterwards } from './guest-directory.ts';

removeGuestsAfterwards();
