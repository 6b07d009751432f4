// Original file: proto/mmm.proto

import type { Long } from '@grpc/proto-loader';

export interface PreVote {
  'candidateTerm'?: (number | string | Long);
}

export interface PreVote__Output {
  'candidateTerm': (number);
}
