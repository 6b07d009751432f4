// Original file: proto/mmm.proto

import type { SlotDelta as _mmm_v1_SlotDelta, SlotDelta__Output as _mmm_v1_SlotDelta__Output } from '../../mmm/v1/SlotDelta.ts';
import type { Stamp as _mmm_v1_Stamp, Stamp__Output as _mmm_v1_Stamp__Output } from '../../mmm/v1/Stamp.ts';
import type { Long } from '@grpc/proto-loader';

export interface Append {
  'round'?: (number | string | Long);
  'version'?: (number | string | Long);
  'delta'?: (_mmm_v1_SlotDelta | null);
  'commit'?: (_mmm_v1_Stamp | null);
  'note'?: (Buffer | Uint8Array | string);
}

export interface Append__Output {
  'round': (number);
  'version': (number);
  'delta': (_mmm_v1_SlotDelta__Output | null);
  'commit': (_mmm_v1_Stamp__Output | null);
  'note': (Buffer);
}
