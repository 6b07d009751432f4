// Original file: proto/mmm.proto

import type { Stamp as _mmm_v1_Stamp, Stamp__Output as _mmm_v1_Stamp__Output } from '../../mmm/v1/Stamp.ts';

export interface PartStamp {
  'name'?: (string);
  'stamp'?: (_mmm_v1_Stamp | null);
}

export interface PartStamp__Output {
  'name': (string);
  'stamp': (_mmm_v1_Stamp__Output | null);
}
