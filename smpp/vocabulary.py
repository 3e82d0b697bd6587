"""The names of SMPP: commands, statuses, types of number, and every mandatory field that is made of bits.

Values come from aiosmpplib where it has them and are extended here by what it lacks (SMPP 5.0, broadcast). The
functions are pure and total over what a peer can send. Nothing here may refuse a number that is in no table: the wire
carries what it carries, an enum only names the numbers we know. So callers compare ints, and ask `..._name` for a log.
The names of optional parameters, re-exported here, are in `tlvs`.
"""

from __future__ import annotations

from enum import IntEnum, IntFlag
from typing import Final

from aiosmpplib import state as _state  # type: ignore[import-untyped]

from smpp.tlvs import (
    TLV_LENGTHS,
    AddrSubunit,
    BearerType,
    DeliveryFailureReason,
    ErrorNetwork,
    ItsReplyType,
    ItsSessionInfo,
    Language,
    MsAvailability,
    NetworkErrorCode,
    NetworkType,
    Presentation,
    Privacy,
    Screening,
    Tag,
    UssdOp,
    WaitingKind,
    callback_presentation,
    callback_screening,
    is_vendor_ussd_op,
    pack_its_session_info,
    pack_network_error_code,
    tag_name,
    unpack_its_session_info,
    unpack_network_error_code,
    waiting_indicator,
)

__all__ = [
    "HEADER_OCTETS",
    "INTERFACE_VERSION_3_3",
    "INTERFACE_VERSION_3_4",
    "INTERFACE_VERSION_5_0",
    "RESPONSE_BIT",
    "SEQUENCE_NUMBER_MAX",
    "TLV_LENGTHS",
    "AddrSubunit",
    "BearerType",
    "CommandId",
    "DataCoding",
    "DataCodingGroup",
    "DeliveryFailureReason",
    "DestFlag",
    "ErrorNetwork",
    "EsmClass",
    "EsmMode",
    "EsmType",
    "ItsReplyType",
    "ItsSessionInfo",
    "Language",
    "MessageState",
    "MsAvailability",
    "NetworkErrorCode",
    "NetworkType",
    "Npi",
    "Presentation",
    "Privacy",
    "ReceiptRequest",
    "RegisteredDelivery",
    "Screening",
    "Status",
    "Tag",
    "Ton",
    "UssdOp",
    "WaitingKind",
    "callback_presentation",
    "callback_screening",
    "command_name",
    "data_coding_group",
    "esm_mode",
    "esm_type",
    "has_reply_path",
    "has_udhi",
    "is_delivery_receipt",
    "is_vendor_ussd_op",
    "message_class",
    "pack_its_session_info",
    "pack_network_error_code",
    "receipt_request",
    "status_name",
    "tag_name",
    "unpack_its_session_info",
    "unpack_network_error_code",
    "waiting_indicator",
    "wants_delivery_ack",
    "wants_intermediate_notification",
    "wants_user_ack",
]

_Command = _state.SmppCommand
_CommandStatus = _state.SmppCommandStatus

HEADER_OCTETS: Final = 16  # SMPP 3.4 3.2: four integers of four octets
RESPONSE_BIT: Final = 0x80000000  # SMPP 3.4 5.1.2.1: bit 31 of command_id marks a response
SEQUENCE_NUMBER_MAX: Final = 0x7FFFFFFF  # SMPP 3.4 5.1.4

INTERFACE_VERSION_3_3: Final = 0x33
INTERFACE_VERSION_3_4: Final = 0x34
INTERFACE_VERSION_5_0: Final = 0x50


class CommandId(IntEnum):
    """command_id (SMPP 3.4 5.1.2.1; the broadcast family is SMPP 5.0 4.7.5)."""

    BIND_RECEIVER = _Command.BIND_RECEIVER
    BIND_RECEIVER_RESP = _Command.BIND_RECEIVER_RESP
    BIND_TRANSMITTER = _Command.BIND_TRANSMITTER
    BIND_TRANSMITTER_RESP = _Command.BIND_TRANSMITTER_RESP
    BIND_TRANSCEIVER = _Command.BIND_TRANSCEIVER
    BIND_TRANSCEIVER_RESP = _Command.BIND_TRANSCEIVER_RESP
    UNBIND = _Command.UNBIND
    UNBIND_RESP = _Command.UNBIND_RESP
    SUBMIT_SM = _Command.SUBMIT_SM
    SUBMIT_SM_RESP = _Command.SUBMIT_SM_RESP
    DELIVER_SM = _Command.DELIVER_SM
    DELIVER_SM_RESP = _Command.DELIVER_SM_RESP
    ENQUIRE_LINK = _Command.ENQUIRE_LINK
    ENQUIRE_LINK_RESP = _Command.ENQUIRE_LINK_RESP
    GENERIC_NACK = _Command.GENERIC_NACK
    QUERY_SM = _Command.QUERY_SM
    QUERY_SM_RESP = _Command.QUERY_SM_RESP
    REPLACE_SM = _Command.REPLACE_SM
    REPLACE_SM_RESP = _Command.REPLACE_SM_RESP
    CANCEL_SM = _Command.CANCEL_SM
    CANCEL_SM_RESP = _Command.CANCEL_SM_RESP
    SUBMIT_MULTI = _Command.SUBMIT_MULTI
    SUBMIT_MULTI_RESP = _Command.SUBMIT_MULTI_RESP
    OUTBIND = _Command.OUTBIND
    ALERT_NOTIFICATION = _Command.ALERT_NOTIFICATION
    DATA_SM = _Command.DATA_SM
    DATA_SM_RESP = _Command.DATA_SM_RESP
    BROADCAST_SM = 0x00000111
    BROADCAST_SM_RESP = 0x80000111
    QUERY_BROADCAST_SM = 0x00000112
    QUERY_BROADCAST_SM_RESP = 0x80000112
    CANCEL_BROADCAST_SM = 0x00000113
    CANCEL_BROADCAST_SM_RESP = 0x80000113


class Status(IntEnum):
    """command_status (SMPP 3.4 5.1.3; from 0x100 on SMPP 5.0 4.7.6). 0x400 to 0x4FF are the vendor's."""

    ESME_ROK = _CommandStatus.ESME_ROK
    ESME_RINVMSGLEN = _CommandStatus.ESME_RINVMSGLEN
    ESME_RINVCMDLEN = _CommandStatus.ESME_RINVCMDLEN
    ESME_RINVCMDID = _CommandStatus.ESME_RINVCMDID
    ESME_RINVBNDSTS = _CommandStatus.ESME_RINVBNDSTS
    ESME_RALYBND = _CommandStatus.ESME_RALYBND
    ESME_RINVPRTFLG = _CommandStatus.ESME_RINVPRTFLG
    ESME_RINVREGDLVFLG = _CommandStatus.ESME_RINVREGDLVFLG
    ESME_RSYSERR = _CommandStatus.ESME_RSYSERR
    ESME_RINVSRCADR = _CommandStatus.ESME_RINVSRCADR
    ESME_RINVDSTADR = _CommandStatus.ESME_RINVDSTADR
    ESME_RINVMSGID = _CommandStatus.ESME_RINVMSGID
    ESME_RBINDFAIL = _CommandStatus.ESME_RBINDFAIL
    ESME_RINVPASWD = _CommandStatus.ESME_RINVPASWD
    ESME_RINVSYSID = _CommandStatus.ESME_RINVSYSID
    ESME_RCANCELFAIL = _CommandStatus.ESME_RCANCELFAIL
    ESME_RREPLACEFAIL = _CommandStatus.ESME_RREPLACEFAIL
    ESME_RMSGQFUL = _CommandStatus.ESME_RMSGQFUL
    ESME_RINVSERTYP = _CommandStatus.ESME_RINVSERTYP
    ESME_RINVNUMDESTS = _CommandStatus.ESME_RINVNUMDESTS
    ESME_RINVDLNAME = _CommandStatus.ESME_RINVDLNAME
    ESME_RINVDESTFLAG = _CommandStatus.ESME_RINVDESTFLAG
    ESME_RINVSUBREP = _CommandStatus.ESME_RINVSUBREP
    ESME_RINVESMCLASS = _CommandStatus.ESME_RINVESMCLASS
    ESME_RCNTSUBDL = _CommandStatus.ESME_RCNTSUBDL
    ESME_RSUBMITFAIL = _CommandStatus.ESME_RSUBMITFAIL
    ESME_RINVSRCTON = _CommandStatus.ESME_RINVSRCTON
    ESME_RINVSRCNPI = _CommandStatus.ESME_RINVSRCNPI
    ESME_RINVDSTTON = _CommandStatus.ESME_RINVDSTTON
    ESME_RINVDSTNPI = _CommandStatus.ESME_RINVDSTNPI
    ESME_RINVSYSTYP = _CommandStatus.ESME_RINVSYSTYP
    ESME_RINVREPFLAG = _CommandStatus.ESME_RINVREPFLAG
    ESME_RINVNUMMSGS = _CommandStatus.ESME_RINVNUMMSGS
    ESME_RTHROTTLED = _CommandStatus.ESME_RTHROTTLED
    ESME_RINVSCHED = _CommandStatus.ESME_RINVSCHED
    ESME_RINVEXPIRY = _CommandStatus.ESME_RINVEXPIRY
    ESME_RINVDFTMSGID = _CommandStatus.ESME_RINVDFTMSGID
    ESME_RX_T_APPN = _CommandStatus.ESME_RX_T_APPN
    ESME_RX_P_APPN = _CommandStatus.ESME_RX_P_APPN
    ESME_RX_R_APPN = _CommandStatus.ESME_RX_R_APPN
    ESME_RQUERYFAIL = _CommandStatus.ESME_RQUERYFAIL
    ESME_RINVOPTPARSTREAM = _CommandStatus.ESME_RINVOPTPARSTREAM
    ESME_ROPTPARNOTALLWD = _CommandStatus.ESME_ROPTPARNOTALLWD
    ESME_RINVPARLEN = _CommandStatus.ESME_RINVPARLEN
    ESME_RMISSINGOPTPARAM = _CommandStatus.ESME_RMISSINGOPTPARAM
    ESME_RINVOPTPARAMVAL = _CommandStatus.ESME_RINVOPTPARAMVAL
    ESME_RDELIVERYFAILURE = _CommandStatus.ESME_RDELIVERYFAILURE
    ESME_RUNKNOWNERR = _CommandStatus.ESME_RUNKNOWNERR
    ESME_RSERTYPUNAUTH = 0x00000100
    ESME_RPROHIBITED = 0x00000101
    ESME_RSERTYPUNAVAIL = 0x00000102
    ESME_RSERTYPDENIED = 0x00000103
    ESME_RINVDCS = 0x00000104
    ESME_RINVSRCADDRSUBUNIT = 0x00000105
    ESME_RINVDSTADDRSUBUNIT = 0x00000106
    ESME_RINVBCASTFREQINT = 0x00000107
    ESME_RINVBCASTALIAS_NAME = 0x00000108
    ESME_RINVBCASTAREAFMT = 0x00000109
    ESME_RINVNUMBCAST_AREAS = 0x0000010A
    ESME_RINVBCASTCNTTYPE = 0x0000010B
    ESME_RINVBCASTMSGCLASS = 0x0000010C
    ESME_RBCASTFAIL = 0x0000010D
    ESME_RBCASTQUERYFAIL = 0x0000010E
    ESME_RBCASTCANCELFAIL = 0x0000010F
    ESME_RINVBCAST_REP = 0x00000110
    ESME_RINVBCASTSRVGRP = 0x00000111
    ESME_RINVBCASTCHANIND = 0x00000112


class Ton(IntEnum):
    """Type of number (SMPP 3.4 5.2.5)."""

    UNKNOWN = _state.TON.UNKNOWN
    INTERNATIONAL = _state.TON.INTERNATIONAL
    NATIONAL = _state.TON.NATIONAL
    NETWORK_SPECIFIC = _state.TON.NETWORK_SPECIFIC
    SUBSCRIBER_NUMBER = _state.TON.SUBSCRIBER_NUMBER
    ALPHANUMERIC = _state.TON.ALPHANUMERIC
    ABBREVIATED = _state.TON.ABBREVIATED


class Npi(IntEnum):
    """Numbering plan indicator (SMPP 3.4 5.2.6)."""

    UNKNOWN = _state.NPI.UNKNOWN
    ISDN = _state.NPI.ISDN
    DATA = _state.NPI.DATA
    TELEX = _state.NPI.TELEX
    LAND_MOBILE = _state.NPI.LAND_MOBILE
    NATIONAL = _state.NPI.NATIONAL
    PRIVATE = _state.NPI.PRIVATE
    ERMES = _state.NPI.ERMES
    INTERNET = _state.NPI.INTERNET
    WAP_CLIENT_ID = _state.NPI.WAP_CLIENT_ID
    E164 = _state.NPI.ISDN


def command_name(command_id: int) -> str:
    """`submit_sm_resp`, or the number as `0x00000110`."""
    known = CommandId._value2member_map_.get(command_id)
    return known._name_.lower() if known is not None else f"0x{command_id:08x}"


def status_name(command_status: int) -> str:
    """`ESME_RTHROTTLED`, or the number as `0x00000417`."""
    known = Status._value2member_map_.get(command_status)
    return known._name_ if known is not None else f"0x{command_status:08x}"


def status_shown(command_status: int) -> str:
    """For people: `ESME_RTHROTTLED (0x58)`, or the number as `0x417`."""
    known = Status._value2member_map_.get(command_status)
    return f"{known._name_} (0x{command_status:02X})" if known is not None else f"0x{command_status:02X}"


# --- esm_class (SMPP 3.4 5.2.12) ----------------------------------------------------------------------------------


class EsmMode(IntEnum):
    """Bits 1-0, meaningful from the ESME only."""

    CENTRE_DEFAULT = 0
    DATAGRAM = 1
    FORWARD = 2
    STORE_AND_FORWARD = 3


class EsmType(IntEnum):
    """Bits 5-2. From the ESME only NORMAL, DELIVERY_ACK and USER_ACK are defined."""

    NORMAL = 0x00
    DELIVERY_RECEIPT = 0x04
    DELIVERY_ACK = 0x08
    USER_ACK = 0x10
    CONVERSATION_ABORT = 0x18
    INTERMEDIATE_NOTIFICATION = 0x20


class EsmClass(IntFlag):
    """The octet's masks and single bits, to be combined with EsmMode and EsmType."""

    MODE_MASK = 0x03
    TYPE_MASK = 0x3C
    UDHI = 0x40
    REPLY_PATH = 0x80


def esm_mode(esm_class: int) -> int:
    """Bits 1-0: one of EsmMode."""
    return esm_class & 0x03


def esm_type(esm_class: int) -> int:
    """Bits 5-2: one of EsmType, or a reserved number."""
    return esm_class & 0x3C


def has_udhi(esm_class: int) -> bool:
    """True where the text begins with a user data header (TS 23.040 9.2.3.24)."""
    return esm_class & 0x40 != 0


def has_reply_path(esm_class: int) -> bool:
    """True where the reply path bit is set (GSM only)."""
    return esm_class & 0x80 != 0


def is_delivery_receipt(esm_class: int) -> bool:
    """True for a final receipt, with UDHI or without. The text never decides: a subscriber may well type `id:`."""
    return esm_class & 0x3C == 0x04


# --- registered_delivery (SMPP 3.4 5.2.17) ------------------------------------------------------------------------


class ReceiptRequest(IntEnum):
    """Bits 1-0: when the centre shall send a receipt. ON_SUCCESS exists since 5.0, 3.4 reserves it."""

    NONE = 0
    ALWAYS = 1
    ON_FAILURE = 2
    ON_SUCCESS = 3


class RegisteredDelivery(IntFlag):
    """The octet's mask and single bits, to be combined with ReceiptRequest."""

    RECEIPT_MASK = 0x03
    DELIVERY_ACK = 0x04
    USER_ACK = 0x08
    INTERMEDIATE_NOTIFICATION = 0x10


def receipt_request(registered_delivery: int) -> int:
    """Bits 1-0: one of ReceiptRequest."""
    return registered_delivery & 0x03


def wants_delivery_ack(registered_delivery: int) -> bool:
    """Bit 2: the receiving SME shall acknowledge delivery."""
    return registered_delivery & 0x04 != 0


def wants_user_ack(registered_delivery: int) -> bool:
    """Bit 3: the receiving user shall acknowledge by hand."""
    return registered_delivery & 0x08 != 0


def wants_intermediate_notification(registered_delivery: int) -> bool:
    """Bit 4: the centre shall report states that are not final."""
    return registered_delivery & 0x10 != 0


# --- data_coding (SMPP 3.4 5.2.19; the groups from 0x10 on are TS 23.038 section 4) -------------------------------


class DataCoding(IntEnum):
    """The SMPP table, 0 to 14. What 0 means is a contract with the centre, not a fact of the protocol."""

    CENTRE_DEFAULT = 0
    IA5 = 1
    OCTETS = 2
    LATIN1 = 3
    OCTETS_COMMON = 4
    JIS = 5
    CYRILLIC = 6
    HEBREW = 7
    UCS2 = 8
    PICTOGRAM = 9
    ISO_2022_JP = 10
    EXTENDED_KANJI_JIS = 13
    KS_C_5601 = 14


class DataCodingGroup(IntEnum):
    """Which table reads the octet; the number is the lowest data_coding of the group."""

    SMPP_TABLE = 0x00
    GSM_GENERAL = 0x10  # reserved in SMPP, yet centres pass the GSM octet through
    RESERVED = 0x80
    MESSAGE_WAITING_DISCARD = 0xC0
    MESSAGE_WAITING_STORE = 0xD0
    MESSAGE_WAITING_STORE_UCS2 = 0xE0  # reserved in SMPP 3.4
    GSM_DEFAULT_CLASS = 0xF0
    GSM_OCTETS_CLASS = 0xF4
    RESERVED_CLASS = 0xF8


def data_coding_group(data_coding: int) -> DataCodingGroup:
    """The group that 0 to 255 belongs to."""
    if data_coding < 0x10:
        return DataCodingGroup.SMPP_TABLE
    if data_coding < 0x80:
        return DataCodingGroup.GSM_GENERAL
    if data_coding < 0xC0:
        return DataCodingGroup.RESERVED
    if data_coding < 0xF0:
        return DataCodingGroup(data_coding & 0xF0)
    return DataCodingGroup(data_coding & 0xFC) if data_coding < 0xF8 else DataCodingGroup.RESERVED_CLASS


def message_class(data_coding: int) -> int | None:
    """GSM message class 0 (flash) to 3, None where the octet carries none.

    In the general group (0x10 to 0x7F) bit 4 says that bits 1-0 are a class; from 0xF0 on they always are (TS 23.038).
    """
    if data_coding >= 0xF0 or (0x10 <= data_coding < 0x80 and data_coding & 0x10):
        return data_coding & 0x03
    return None


# --- enumerated values of mandatory fields ------------------------------------------------------------------------


class MessageState(IntEnum):
    """message_state (SMPP 3.4 5.2.28). 0 and 9 exist since 5.0."""

    SCHEDULED = 0
    ENROUTE = 1
    DELIVERED = 2
    EXPIRED = 3
    DELETED = 4
    UNDELIVERABLE = 5
    ACCEPTED = 6
    UNKNOWN = 7
    REJECTED = 8
    SKIPPED = 9


class DestFlag(IntEnum):
    """dest_flag of submit_multi (SMPP 3.4 5.2.25)."""

    SME_ADDRESS = 1
    DISTRIBUTION_LIST = 2
