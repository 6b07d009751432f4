// Original file: proto/mmm.proto

import type { NodeVote as _mmm_v1_NodeVote, NodeVote__Output as _mmm_v1_NodeVote__Output } from '../../mmm/v1/NodeVote.ts';
import type { Network as _mmm_v1_Network, Network__Output as _mmm_v1_Network__Output } from '../../mmm/v1/Network.ts';
import type { Long } from '@grpc/proto-loader';

export interface Health {
  'seq'?: (number | string | Long);
  'echo'?: (number | string | Long);
  'votes'?: (_mmm_v1_NodeVote)[];
  'network'?: (_mmm_v1_Network);
  'storageId'?: (string);
  'strangers'?: (string)[];
  '_storageId'?: "storageId";
}

export interface Health__Output {
  'seq': (number);
  'echo': (number);
  'votes': (_mmm_v1_NodeVote__Output)[];
  'network': (_mmm_v1_Network__Output);
  'storageId'?: (string);
  'strangers': (string)[];
  '_storageId'?: "storageId";
}
