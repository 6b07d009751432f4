// Original file: proto/mmm.proto

import type { Progress as _mmm_v1_Progress, Progress__Output as _mmm_v1_Progress__Output } from '../../mmm/v1/Progress.ts';
import type { Outcome as _mmm_v1_Outcome, Outcome__Output as _mmm_v1_Outcome__Output } from '../../mmm/v1/Outcome.ts';

export interface OperateEvent {
  'progress'?: (_mmm_v1_Progress | null);
  'outcome'?: (_mmm_v1_Outcome | null);
  'event'?: "progress"|"outcome";
}

export interface OperateEvent__Output {
  'progress'?: (_mmm_v1_Progress__Output | null);
  'outcome'?: (_mmm_v1_Outcome__Output | null);
  'event'?: "progress"|"outcome";
}
