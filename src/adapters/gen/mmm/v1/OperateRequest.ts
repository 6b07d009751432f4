// Original file: proto/mmm.proto

import type { Switchover as _mmm_v1_Switchover, Switchover__Output as _mmm_v1_Switchover__Output } from '../../mmm/v1/Switchover.ts';
import type { Failover as _mmm_v1_Failover, Failover__Output as _mmm_v1_Failover__Output } from '../../mmm/v1/Failover.ts';
import type { NodeRef as _mmm_v1_NodeRef, NodeRef__Output as _mmm_v1_NodeRef__Output } from '../../mmm/v1/NodeRef.ts';
import type { SetMode as _mmm_v1_SetMode, SetMode__Output as _mmm_v1_SetMode__Output } from '../../mmm/v1/SetMode.ts';
import type { Adopt as _mmm_v1_Adopt, Adopt__Output as _mmm_v1_Adopt__Output } from '../../mmm/v1/Adopt.ts';
import type { Reload as _mmm_v1_Reload, Reload__Output as _mmm_v1_Reload__Output } from '../../mmm/v1/Reload.ts';
import type { AddMonitor as _mmm_v1_AddMonitor, AddMonitor__Output as _mmm_v1_AddMonitor__Output } from '../../mmm/v1/AddMonitor.ts';
import type { RemoveMonitor as _mmm_v1_RemoveMonitor, RemoveMonitor__Output as _mmm_v1_RemoveMonitor__Output } from '../../mmm/v1/RemoveMonitor.ts';
import type { ReplaceMonitor as _mmm_v1_ReplaceMonitor, ReplaceMonitor__Output as _mmm_v1_ReplaceMonitor__Output } from '../../mmm/v1/ReplaceMonitor.ts';
import type { DropGroup as _mmm_v1_DropGroup, DropGroup__Output as _mmm_v1_DropGroup__Output } from '../../mmm/v1/DropGroup.ts';
import type { Pause as _mmm_v1_Pause, Pause__Output as _mmm_v1_Pause__Output } from '../../mmm/v1/Pause.ts';
import type { Resume as _mmm_v1_Resume, Resume__Output as _mmm_v1_Resume__Output } from '../../mmm/v1/Resume.ts';
import type { Acknowledge as _mmm_v1_Acknowledge, Acknowledge__Output as _mmm_v1_Acknowledge__Output } from '../../mmm/v1/Acknowledge.ts';
import type { MoveReader as _mmm_v1_MoveReader, MoveReader__Output as _mmm_v1_MoveReader__Output } from '../../mmm/v1/MoveReader.ts';
import type { ReadOwn as _mmm_v1_ReadOwn, ReadOwn__Output as _mmm_v1_ReadOwn__Output } from '../../mmm/v1/ReadOwn.ts';

export interface OperateRequest {
  'requestId'?: (string);
  'by'?: (string);
  'forwarded'?: (boolean);
  'switchover'?: (_mmm_v1_Switchover | null);
  'failover'?: (_mmm_v1_Failover | null);
  'setOnline'?: (_mmm_v1_NodeRef | null);
  'setOffline'?: (_mmm_v1_NodeRef | null);
  'setMode'?: (_mmm_v1_SetMode | null);
  'adopt'?: (_mmm_v1_Adopt | null);
  'reload'?: (_mmm_v1_Reload | null);
  'addMonitor'?: (_mmm_v1_AddMonitor | null);
  'removeMonitor'?: (_mmm_v1_RemoveMonitor | null);
  'replaceMonitor'?: (_mmm_v1_ReplaceMonitor | null);
  'dropGroup'?: (_mmm_v1_DropGroup | null);
  'pause'?: (_mmm_v1_Pause | null);
  'resume'?: (_mmm_v1_Resume | null);
  'acknowledge'?: (_mmm_v1_Acknowledge | null);
  'moveReader'?: (_mmm_v1_MoveReader | null);
  'planSwitchover'?: (_mmm_v1_Switchover | null);
  'readOwn'?: (_mmm_v1_ReadOwn | null);
  'command'?: "switchover"|"failover"|"setOnline"|"setOffline"|"setMode"|"adopt"|"reload"|"addMonitor"|"removeMonitor"|"replaceMonitor"|"dropGroup"|"pause"|"resume"|"acknowledge"|"moveReader"|"planSwitchover"|"readOwn";
}

export interface OperateRequest__Output {
  'requestId': (string);
  'by': (string);
  'forwarded': (boolean);
  'switchover'?: (_mmm_v1_Switchover__Output | null);
  'failover'?: (_mmm_v1_Failover__Output | null);
  'setOnline'?: (_mmm_v1_NodeRef__Output | null);
  'setOffline'?: (_mmm_v1_NodeRef__Output | null);
  'setMode'?: (_mmm_v1_SetMode__Output | null);
  'adopt'?: (_mmm_v1_Adopt__Output | null);
  'reload'?: (_mmm_v1_Reload__Output | null);
  'addMonitor'?: (_mmm_v1_AddMonitor__Output | null);
  'removeMonitor'?: (_mmm_v1_RemoveMonitor__Output | null);
  'replaceMonitor'?: (_mmm_v1_ReplaceMonitor__Output | null);
  'dropGroup'?: (_mmm_v1_DropGroup__Output | null);
  'pause'?: (_mmm_v1_Pause__Output | null);
  'resume'?: (_mmm_v1_Resume__Output | null);
  'acknowledge'?: (_mmm_v1_Acknowledge__Output | null);
  'moveReader'?: (_mmm_v1_MoveReader__Output | null);
  'planSwitchover'?: (_mmm_v1_Switchover__Output | null);
  'readOwn'?: (_mmm_v1_ReadOwn__Output | null);
  'command'?: "switchover"|"failover"|"setOnline"|"setOffline"|"setMode"|"adopt"|"reload"|"addMonitor"|"removeMonitor"|"replaceMonitor"|"dropGroup"|"pause"|"resume"|"acknowledge"|"moveReader"|"planSwitchover"|"readOwn";
}
