// Original file: proto/mmm.proto

import type { Long } from '@grpc/proto-loader';

export interface Pause {
  'group'?: (string);
  'forMs'?: (number | string | Long);
  'reason'?: (string);
  '_forMs'?: "forMs";
  '_reason'?: "reason";
}

export interface Pause__Output {
  'group': (string);
  'forMs'?: (number);
  'reason'?: (string);
  '_forMs'?: "forMs";
  '_reason'?: "reason";
}
