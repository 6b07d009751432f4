// Original file: proto/mmm.proto

import type { Stamp as _mmm_v1_Stamp, Stamp__Output as _mmm_v1_Stamp__Output } from '../../mmm/v1/Stamp.ts';
import type { Part as _mmm_v1_Part, Part__Output as _mmm_v1_Part__Output } from '../../mmm/v1/Part.ts';
import type { PartStamp as _mmm_v1_PartStamp, PartStamp__Output as _mmm_v1_PartStamp__Output } from '../../mmm/v1/PartStamp.ts';

export interface SlotDelta {
  'base'?: (_mmm_v1_Stamp | null);
  'stamp'?: (_mmm_v1_Stamp | null);
  'parts'?: (_mmm_v1_Part)[];
  'changed'?: (_mmm_v1_PartStamp)[];
}

export interface SlotDelta__Output {
  'base': (_mmm_v1_Stamp__Output | null);
  'stamp': (_mmm_v1_Stamp__Output | null);
  'parts': (_mmm_v1_Part__Output)[];
  'changed': (_mmm_v1_PartStamp__Output)[];
}
