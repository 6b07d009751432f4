// Original file: proto/mmm.proto

import type { Long } from '@grpc/proto-loader';

export interface AppendReply {
  'round'?: (number | string | Long);
  'version'?: (number | string | Long);
}

export interface AppendReply__Output {
  'round': (number);
  'version': (number);
}
