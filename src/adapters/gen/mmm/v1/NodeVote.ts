// Original file: proto/mmm.proto

import type { VoteKind as _mmm_v1_VoteKind, VoteKind__Output as _mmm_v1_VoteKind__Output } from '../../mmm/v1/VoteKind.ts';
import type { NodeInfo as _mmm_v1_NodeInfo, NodeInfo__Output as _mmm_v1_NodeInfo__Output } from '../../mmm/v1/NodeInfo.ts';
import type { GuardView as _mmm_v1_GuardView, GuardView__Output as _mmm_v1_GuardView__Output } from '../../mmm/v1/GuardView.ts';

export interface NodeVote {
  'group'?: (string);
  'node'?: (string);
  'vote'?: (_mmm_v1_VoteKind);
  'reason'?: (string);
  'sinceMs'?: (number | string);
  'lastGoodMs'?: (number | string);
  'latencyMs'?: (number | string);
  'info'?: (_mmm_v1_NodeInfo | null);
  'infoAgeMs'?: (number | string);
  'grewMs'?: (number | string);
  'linkSeenUpFor'?: (string);
  'guard'?: (_mmm_v1_GuardView | null);
  '_reason'?: "reason";
  '_lastGoodMs'?: "lastGoodMs";
  '_latencyMs'?: "latencyMs";
  '_infoAgeMs'?: "infoAgeMs";
  '_grewMs'?: "grewMs";
  '_linkSeenUpFor'?: "linkSeenUpFor";
}

export interface NodeVote__Output {
  'group': (string);
  'node': (string);
  'vote': (_mmm_v1_VoteKind__Output);
  'reason'?: (string);
  'sinceMs': (number);
  'lastGoodMs'?: (number);
  'latencyMs'?: (number);
  'info': (_mmm_v1_NodeInfo__Output | null);
  'infoAgeMs'?: (number);
  'grewMs'?: (number);
  'linkSeenUpFor'?: (string);
  'guard': (_mmm_v1_GuardView__Output | null);
  '_reason'?: "reason";
  '_lastGoodMs'?: "lastGoodMs";
  '_latencyMs'?: "latencyMs";
  '_infoAgeMs'?: "infoAgeMs";
  '_grewMs'?: "grewMs";
  '_linkSeenUpFor'?: "linkSeenUpFor";
}
