import type * as grpc from '@grpc/grpc-js';
import type { EnumTypeDefinition, MessageTypeDefinition } from '@grpc/proto-loader';

import type { Ack as _mmm_v1_Ack, Ack__Output as _mmm_v1_Ack__Output } from './mmm/v1/Ack.ts';
import type { Acknowledge as _mmm_v1_Acknowledge, Acknowledge__Output as _mmm_v1_Acknowledge__Output } from './mmm/v1/Acknowledge.ts';
import type { AddMonitor as _mmm_v1_AddMonitor, AddMonitor__Output as _mmm_v1_AddMonitor__Output } from './mmm/v1/AddMonitor.ts';
import type { Adopt as _mmm_v1_Adopt, Adopt__Output as _mmm_v1_Adopt__Output } from './mmm/v1/Adopt.ts';
import type { Append as _mmm_v1_Append, Append__Output as _mmm_v1_Append__Output } from './mmm/v1/Append.ts';
import type { AppendReply as _mmm_v1_AppendReply, AppendReply__Output as _mmm_v1_AppendReply__Output } from './mmm/v1/AppendReply.ts';
import type { Consensus as _mmm_v1_Consensus, Consensus__Output as _mmm_v1_Consensus__Output } from './mmm/v1/Consensus.ts';
import type { ControlClient as _mmm_v1_ControlClient, ControlDefinition as _mmm_v1_ControlDefinition } from './mmm/v1/Control.ts';
import type { DoctorAnswer as _mmm_v1_DoctorAnswer, DoctorAnswer__Output as _mmm_v1_DoctorAnswer__Output } from './mmm/v1/DoctorAnswer.ts';
import type { DoctorRequest as _mmm_v1_DoctorRequest, DoctorRequest__Output as _mmm_v1_DoctorRequest__Output } from './mmm/v1/DoctorRequest.ts';
import type { DropGroup as _mmm_v1_DropGroup, DropGroup__Output as _mmm_v1_DropGroup__Output } from './mmm/v1/DropGroup.ts';
import type { Envelope as _mmm_v1_Envelope, Envelope__Output as _mmm_v1_Envelope__Output } from './mmm/v1/Envelope.ts';
import type { Failover as _mmm_v1_Failover, Failover__Output as _mmm_v1_Failover__Output } from './mmm/v1/Failover.ts';
import type { Farewell as _mmm_v1_Farewell, Farewell__Output as _mmm_v1_Farewell__Output } from './mmm/v1/Farewell.ts';
import type { Genesis as _mmm_v1_Genesis, Genesis__Output as _mmm_v1_Genesis__Output } from './mmm/v1/Genesis.ts';
import type { GuardView as _mmm_v1_GuardView, GuardView__Output as _mmm_v1_GuardView__Output } from './mmm/v1/GuardView.ts';
import type { Health as _mmm_v1_Health, Health__Output as _mmm_v1_Health__Output } from './mmm/v1/Health.ts';
import type { Hello as _mmm_v1_Hello, Hello__Output as _mmm_v1_Hello__Output } from './mmm/v1/Hello.ts';
import type { HistoryAnswer as _mmm_v1_HistoryAnswer, HistoryAnswer__Output as _mmm_v1_HistoryAnswer__Output } from './mmm/v1/HistoryAnswer.ts';
import type { HistoryRequest as _mmm_v1_HistoryRequest, HistoryRequest__Output as _mmm_v1_HistoryRequest__Output } from './mmm/v1/HistoryRequest.ts';
import type { IdentifyRequest as _mmm_v1_IdentifyRequest, IdentifyRequest__Output as _mmm_v1_IdentifyRequest__Output } from './mmm/v1/IdentifyRequest.ts';
import type { Identity as _mmm_v1_Identity, Identity__Output as _mmm_v1_Identity__Output } from './mmm/v1/Identity.ts';
import type { InfoAnswer as _mmm_v1_InfoAnswer, InfoAnswer__Output as _mmm_v1_InfoAnswer__Output } from './mmm/v1/InfoAnswer.ts';
import type { InfoRequest as _mmm_v1_InfoRequest, InfoRequest__Output as _mmm_v1_InfoRequest__Output } from './mmm/v1/InfoRequest.ts';
import type { MoveReader as _mmm_v1_MoveReader, MoveReader__Output as _mmm_v1_MoveReader__Output } from './mmm/v1/MoveReader.ts';
import type { NodeInfo as _mmm_v1_NodeInfo, NodeInfo__Output as _mmm_v1_NodeInfo__Output } from './mmm/v1/NodeInfo.ts';
import type { NodeRef as _mmm_v1_NodeRef, NodeRef__Output as _mmm_v1_NodeRef__Output } from './mmm/v1/NodeRef.ts';
import type { NodeVote as _mmm_v1_NodeVote, NodeVote__Output as _mmm_v1_NodeVote__Output } from './mmm/v1/NodeVote.ts';
import type { OperateEvent as _mmm_v1_OperateEvent, OperateEvent__Output as _mmm_v1_OperateEvent__Output } from './mmm/v1/OperateEvent.ts';
import type { OperateRequest as _mmm_v1_OperateRequest, OperateRequest__Output as _mmm_v1_OperateRequest__Output } from './mmm/v1/OperateRequest.ts';
import type { Outcome as _mmm_v1_Outcome, Outcome__Output as _mmm_v1_Outcome__Output } from './mmm/v1/Outcome.ts';
import type { Part as _mmm_v1_Part, Part__Output as _mmm_v1_Part__Output } from './mmm/v1/Part.ts';
import type { PartStamp as _mmm_v1_PartStamp, PartStamp__Output as _mmm_v1_PartStamp__Output } from './mmm/v1/PartStamp.ts';
import type { Pause as _mmm_v1_Pause, Pause__Output as _mmm_v1_Pause__Output } from './mmm/v1/Pause.ts';
import type { PeerClient as _mmm_v1_PeerClient, PeerDefinition as _mmm_v1_PeerDefinition } from './mmm/v1/Peer.ts';
import type { PreVote as _mmm_v1_PreVote, PreVote__Output as _mmm_v1_PreVote__Output } from './mmm/v1/PreVote.ts';
import type { PreVoteReply as _mmm_v1_PreVoteReply, PreVoteReply__Output as _mmm_v1_PreVoteReply__Output } from './mmm/v1/PreVoteReply.ts';
import type { Progress as _mmm_v1_Progress, Progress__Output as _mmm_v1_Progress__Output } from './mmm/v1/Progress.ts';
import type { ReadOwn as _mmm_v1_ReadOwn, ReadOwn__Output as _mmm_v1_ReadOwn__Output } from './mmm/v1/ReadOwn.ts';
import type { Reload as _mmm_v1_Reload, Reload__Output as _mmm_v1_Reload__Output } from './mmm/v1/Reload.ts';
import type { RemoveMonitor as _mmm_v1_RemoveMonitor, RemoveMonitor__Output as _mmm_v1_RemoveMonitor__Output } from './mmm/v1/RemoveMonitor.ts';
import type { ReplaceMonitor as _mmm_v1_ReplaceMonitor, ReplaceMonitor__Output as _mmm_v1_ReplaceMonitor__Output } from './mmm/v1/ReplaceMonitor.ts';
import type { Resume as _mmm_v1_Resume, Resume__Output as _mmm_v1_Resume__Output } from './mmm/v1/Resume.ts';
import type { ServedReplica as _mmm_v1_ServedReplica, ServedReplica__Output as _mmm_v1_ServedReplica__Output } from './mmm/v1/ServedReplica.ts';
import type { SetMode as _mmm_v1_SetMode, SetMode__Output as _mmm_v1_SetMode__Output } from './mmm/v1/SetMode.ts';
import type { SlotDelta as _mmm_v1_SlotDelta, SlotDelta__Output as _mmm_v1_SlotDelta__Output } from './mmm/v1/SlotDelta.ts';
import type { Stamp as _mmm_v1_Stamp, Stamp__Output as _mmm_v1_Stamp__Output } from './mmm/v1/Stamp.ts';
import type { StatusAnswer as _mmm_v1_StatusAnswer, StatusAnswer__Output as _mmm_v1_StatusAnswer__Output } from './mmm/v1/StatusAnswer.ts';
import type { StatusRequest as _mmm_v1_StatusRequest, StatusRequest__Output as _mmm_v1_StatusRequest__Output } from './mmm/v1/StatusRequest.ts';
import type { Switchover as _mmm_v1_Switchover, Switchover__Output as _mmm_v1_Switchover__Output } from './mmm/v1/Switchover.ts';
import type { TimeoutNow as _mmm_v1_TimeoutNow, TimeoutNow__Output as _mmm_v1_TimeoutNow__Output } from './mmm/v1/TimeoutNow.ts';
import type { Vote as _mmm_v1_Vote, Vote__Output as _mmm_v1_Vote__Output } from './mmm/v1/Vote.ts';
import type { VoteReply as _mmm_v1_VoteReply, VoteReply__Output as _mmm_v1_VoteReply__Output } from './mmm/v1/VoteReply.ts';
import type { WatchRequest as _mmm_v1_WatchRequest, WatchRequest__Output as _mmm_v1_WatchRequest__Output } from './mmm/v1/WatchRequest.ts';

type SubtypeConstructor<Constructor extends new (...args: any) => any, Subtype> = {
  new(...args: ConstructorParameters<Constructor>): Subtype;
};

export interface ProtoGrpcType {
  mmm: {
    v1: {
      Ack: MessageTypeDefinition<_mmm_v1_Ack, _mmm_v1_Ack__Output>
      Acknowledge: MessageTypeDefinition<_mmm_v1_Acknowledge, _mmm_v1_Acknowledge__Output>
      AddMonitor: MessageTypeDefinition<_mmm_v1_AddMonitor, _mmm_v1_AddMonitor__Output>
      Adopt: MessageTypeDefinition<_mmm_v1_Adopt, _mmm_v1_Adopt__Output>
      Append: MessageTypeDefinition<_mmm_v1_Append, _mmm_v1_Append__Output>
      AppendReply: MessageTypeDefinition<_mmm_v1_AppendReply, _mmm_v1_AppendReply__Output>
      Consensus: MessageTypeDefinition<_mmm_v1_Consensus, _mmm_v1_Consensus__Output>
      Control: SubtypeConstructor<typeof grpc.Client, _mmm_v1_ControlClient> & { service: _mmm_v1_ControlDefinition }
      DoctorAnswer: MessageTypeDefinition<_mmm_v1_DoctorAnswer, _mmm_v1_DoctorAnswer__Output>
      DoctorRequest: MessageTypeDefinition<_mmm_v1_DoctorRequest, _mmm_v1_DoctorRequest__Output>
      DropGroup: MessageTypeDefinition<_mmm_v1_DropGroup, _mmm_v1_DropGroup__Output>
      Envelope: MessageTypeDefinition<_mmm_v1_Envelope, _mmm_v1_Envelope__Output>
      Failover: MessageTypeDefinition<_mmm_v1_Failover, _mmm_v1_Failover__Output>
      Farewell: MessageTypeDefinition<_mmm_v1_Farewell, _mmm_v1_Farewell__Output>
      Gate: EnumTypeDefinition
      Genesis: MessageTypeDefinition<_mmm_v1_Genesis, _mmm_v1_Genesis__Output>
      GuardView: MessageTypeDefinition<_mmm_v1_GuardView, _mmm_v1_GuardView__Output>
      Health: MessageTypeDefinition<_mmm_v1_Health, _mmm_v1_Health__Output>
      Hello: MessageTypeDefinition<_mmm_v1_Hello, _mmm_v1_Hello__Output>
      HistoryAnswer: MessageTypeDefinition<_mmm_v1_HistoryAnswer, _mmm_v1_HistoryAnswer__Output>
      HistoryRequest: MessageTypeDefinition<_mmm_v1_HistoryRequest, _mmm_v1_HistoryRequest__Output>
      IdentifyRequest: MessageTypeDefinition<_mmm_v1_IdentifyRequest, _mmm_v1_IdentifyRequest__Output>
      Identity: MessageTypeDefinition<_mmm_v1_Identity, _mmm_v1_Identity__Output>
      InfoAnswer: MessageTypeDefinition<_mmm_v1_InfoAnswer, _mmm_v1_InfoAnswer__Output>
      InfoRequest: MessageTypeDefinition<_mmm_v1_InfoRequest, _mmm_v1_InfoRequest__Output>
      Link: EnumTypeDefinition
      Mode: EnumTypeDefinition
      MoveReader: MessageTypeDefinition<_mmm_v1_MoveReader, _mmm_v1_MoveReader__Output>
      Network: EnumTypeDefinition
      NodeInfo: MessageTypeDefinition<_mmm_v1_NodeInfo, _mmm_v1_NodeInfo__Output>
      NodeRef: MessageTypeDefinition<_mmm_v1_NodeRef, _mmm_v1_NodeRef__Output>
      NodeRole: EnumTypeDefinition
      NodeVote: MessageTypeDefinition<_mmm_v1_NodeVote, _mmm_v1_NodeVote__Output>
      OperateEvent: MessageTypeDefinition<_mmm_v1_OperateEvent, _mmm_v1_OperateEvent__Output>
      OperateRequest: MessageTypeDefinition<_mmm_v1_OperateRequest, _mmm_v1_OperateRequest__Output>
      Outcome: MessageTypeDefinition<_mmm_v1_Outcome, _mmm_v1_Outcome__Output>
      OutcomeKind: EnumTypeDefinition
      Part: MessageTypeDefinition<_mmm_v1_Part, _mmm_v1_Part__Output>
      PartStamp: MessageTypeDefinition<_mmm_v1_PartStamp, _mmm_v1_PartStamp__Output>
      Pause: MessageTypeDefinition<_mmm_v1_Pause, _mmm_v1_Pause__Output>
      Peer: SubtypeConstructor<typeof grpc.Client, _mmm_v1_PeerClient> & { service: _mmm_v1_PeerDefinition }
      PreVote: MessageTypeDefinition<_mmm_v1_PreVote, _mmm_v1_PreVote__Output>
      PreVoteReply: MessageTypeDefinition<_mmm_v1_PreVoteReply, _mmm_v1_PreVoteReply__Output>
      Progress: MessageTypeDefinition<_mmm_v1_Progress, _mmm_v1_Progress__Output>
      ReadOwn: MessageTypeDefinition<_mmm_v1_ReadOwn, _mmm_v1_ReadOwn__Output>
      Refusal: EnumTypeDefinition
      Reload: MessageTypeDefinition<_mmm_v1_Reload, _mmm_v1_Reload__Output>
      RemoveMonitor: MessageTypeDefinition<_mmm_v1_RemoveMonitor, _mmm_v1_RemoveMonitor__Output>
      ReplaceMonitor: MessageTypeDefinition<_mmm_v1_ReplaceMonitor, _mmm_v1_ReplaceMonitor__Output>
      Resume: MessageTypeDefinition<_mmm_v1_Resume, _mmm_v1_Resume__Output>
      ServedReplica: MessageTypeDefinition<_mmm_v1_ServedReplica, _mmm_v1_ServedReplica__Output>
      SetMode: MessageTypeDefinition<_mmm_v1_SetMode, _mmm_v1_SetMode__Output>
      SlotDelta: MessageTypeDefinition<_mmm_v1_SlotDelta, _mmm_v1_SlotDelta__Output>
      Stamp: MessageTypeDefinition<_mmm_v1_Stamp, _mmm_v1_Stamp__Output>
      StatusAnswer: MessageTypeDefinition<_mmm_v1_StatusAnswer, _mmm_v1_StatusAnswer__Output>
      StatusRequest: MessageTypeDefinition<_mmm_v1_StatusRequest, _mmm_v1_StatusRequest__Output>
      Switchover: MessageTypeDefinition<_mmm_v1_Switchover, _mmm_v1_Switchover__Output>
      TimeoutNow: MessageTypeDefinition<_mmm_v1_TimeoutNow, _mmm_v1_TimeoutNow__Output>
      Vote: MessageTypeDefinition<_mmm_v1_Vote, _mmm_v1_Vote__Output>
      VoteKind: EnumTypeDefinition
      VoteReply: MessageTypeDefinition<_mmm_v1_VoteReply, _mmm_v1_VoteReply__Output>
      WatchRequest: MessageTypeDefinition<_mmm_v1_WatchRequest, _mmm_v1_WatchRequest__Output>
    }
  }
}

