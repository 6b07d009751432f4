// Original file: proto/mmm.proto

import type { Stamp as _mmm_v1_Stamp, Stamp__Output as _mmm_v1_Stamp__Output } from '../../mmm/v1/Stamp.ts';
import type { Hello as _mmm_v1_Hello, Hello__Output as _mmm_v1_Hello__Output } from '../../mmm/v1/Hello.ts';
import type { Genesis as _mmm_v1_Genesis, Genesis__Output as _mmm_v1_Genesis__Output } from '../../mmm/v1/Genesis.ts';
import type { PreVote as _mmm_v1_PreVote, PreVote__Output as _mmm_v1_PreVote__Output } from '../../mmm/v1/PreVote.ts';
import type { PreVoteReply as _mmm_v1_PreVoteReply, PreVoteReply__Output as _mmm_v1_PreVoteReply__Output } from '../../mmm/v1/PreVoteReply.ts';
import type { Vote as _mmm_v1_Vote, Vote__Output as _mmm_v1_Vote__Output } from '../../mmm/v1/Vote.ts';
import type { VoteReply as _mmm_v1_VoteReply, VoteReply__Output as _mmm_v1_VoteReply__Output } from '../../mmm/v1/VoteReply.ts';
import type { Append as _mmm_v1_Append, Append__Output as _mmm_v1_Append__Output } from '../../mmm/v1/Append.ts';
import type { AppendReply as _mmm_v1_AppendReply, AppendReply__Output as _mmm_v1_AppendReply__Output } from '../../mmm/v1/AppendReply.ts';
import type { TimeoutNow as _mmm_v1_TimeoutNow, TimeoutNow__Output as _mmm_v1_TimeoutNow__Output } from '../../mmm/v1/TimeoutNow.ts';
import type { Farewell as _mmm_v1_Farewell, Farewell__Output as _mmm_v1_Farewell__Output } from '../../mmm/v1/Farewell.ts';
import type { Long } from '@grpc/proto-loader';

export interface Consensus {
  'storageId'?: (string);
  'term'?: (number | string | Long);
  'slot'?: (_mmm_v1_Stamp | null);
  'hello'?: (_mmm_v1_Hello | null);
  'genesis'?: (_mmm_v1_Genesis | null);
  'preVote'?: (_mmm_v1_PreVote | null);
  'preVoteReply'?: (_mmm_v1_PreVoteReply | null);
  'vote'?: (_mmm_v1_Vote | null);
  'voteReply'?: (_mmm_v1_VoteReply | null);
  'append'?: (_mmm_v1_Append | null);
  'appendReply'?: (_mmm_v1_AppendReply | null);
  'timeoutNow'?: (_mmm_v1_TimeoutNow | null);
  'farewell'?: (_mmm_v1_Farewell | null);
  'message'?: "hello"|"genesis"|"preVote"|"preVoteReply"|"vote"|"voteReply"|"append"|"appendReply"|"timeoutNow"|"farewell";
}

export interface Consensus__Output {
  'storageId': (string);
  'term': (number);
  'slot': (_mmm_v1_Stamp__Output | null);
  'hello'?: (_mmm_v1_Hello__Output | null);
  'genesis'?: (_mmm_v1_Genesis__Output | null);
  'preVote'?: (_mmm_v1_PreVote__Output | null);
  'preVoteReply'?: (_mmm_v1_PreVoteReply__Output | null);
  'vote'?: (_mmm_v1_Vote__Output | null);
  'voteReply'?: (_mmm_v1_VoteReply__Output | null);
  'append'?: (_mmm_v1_Append__Output | null);
  'appendReply'?: (_mmm_v1_AppendReply__Output | null);
  'timeoutNow'?: (_mmm_v1_TimeoutNow__Output | null);
  'farewell'?: (_mmm_v1_Farewell__Output | null);
  'message'?: "hello"|"genesis"|"preVote"|"preVoteReply"|"vote"|"voteReply"|"append"|"appendReply"|"timeoutNow"|"farewell";
}
