// Original file: proto/mmm.proto

import type { Long } from '@grpc/proto-loader';

export interface Stamp {
  'term'?: (number | string | Long);
  'version'?: (number | string | Long);
}

export interface Stamp__Output {
  'term': (number);
  'version': (number);
}
