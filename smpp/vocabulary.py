"""The names of SMPP: commands, statuses, tags, types of number, and every field that is made of bits.

Values come from aiosmpplib where it has them and are extended here by what it lacks (SMPP 5.0, broadcast). The
functions are pure and total over what a peer can send. Nothing here may refuse a number that is in no table: the wire
carries what it carries, an enum only names the numbers we know. So callers compare ints, and ask `..._name` for a log.
"""

from __future__ import annotations

from enum import IntEnum, IntFlag
from typing import Final, NamedTuple

from aiosmpplib import state as _state  # type: ignore[import-untyped]

_Command = _state.SmppCommand
_CommandStatus = _state.SmppCommandStatus

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


class Tag(IntEnum):
    """Tags of optional parameters (SMPP 3.4 5.3.2; those below the gap are SMPP 5.0 4.8.4)."""

    DEST_ADDR_SUBUNIT = _state.DEST_ADDR_SUBUNIT
    DEST_NETWORK_TYPE = _state.DEST_NETWORK_TYPE
    DEST_BEARER_TYPE = _state.DEST_BEARER_TYPE
    DEST_TELEMATICS_ID = _state.DEST_TELEMATICS_ID
    SOURCE_ADDR_SUBUNIT = _state.SOURCE_ADDR_SUBUNIT
    SOURCE_NETWORK_TYPE = _state.SOURCE_NETWORK_TYPE
    SOURCE_BEARER_TYPE = _state.SOURCE_BEARER_TYPE
    SOURCE_TELEMATICS_ID = _state.SOURCE_TELEMATICS_ID
    QOS_TIME_TO_LIVE = _state.QOS_TIME_TO_LIVE
    PAYLOAD_TYPE = _state.PAYLOAD_TYPE
    ADDITIONAL_STATUS_INFO_TEXT = _state.ADDITIONAL_STATUS_INFO_TEXT
    RECEIPTED_MESSAGE_ID = _state.RECEIPTED_MESSAGE_ID
    MS_MSG_WAIT_FACILITIES = _state.MS_MSG_WAIT_FACILITIES
    PRIVACY_INDICATOR = _state.PRIVACY_INDICATOR
    SOURCE_SUBADDRESS = _state.SOURCE_SUBADDRESS
    DEST_SUBADDRESS = _state.DEST_SUBADDRESS
    USER_MESSAGE_REFERENCE = _state.USER_MESSAGE_REFERENCE
    USER_RESPONSE_CODE = _state.USER_RESPONSE_CODE
    SOURCE_PORT = _state.SOURCE_PORT
    DESTINATION_PORT = _state.DESTINATION_PORT
    SAR_MSG_REF_NUM = _state.SAR_MSG_REF_NUM
    LANGUAGE_INDICATOR = _state.LANGUAGE_INDICATOR
    SAR_TOTAL_SEGMENTS = _state.SAR_TOTAL_SEGMENTS
    SAR_SEGMENT_SEQNUM = _state.SAR_SEGMENT_SEQNUM
    SC_INTERFACE_VERSION = _state.SC_INTERFACE_VERSION
    CALLBACK_NUM_PRES_IND = _state.CALLBACK_NUM_PRES_IND
    CALLBACK_NUM_ATAG = _state.CALLBACK_NUM_ATAG
    NUMBER_OF_MESSAGES = _state.NUMBER_OF_MESSAGES
    CALLBACK_NUM = _state.CALLBACK_NUM
    DPF_RESULT = _state.DPF_RESULT
    SET_DPF = _state.SET_DPF
    MS_AVAILABILITY_STATUS = _state.MS_AVAILABILITY_STATUS
    NETWORK_ERROR_CODE = _state.NETWORK_ERROR_CODE
    MESSAGE_PAYLOAD = _state.MESSAGE_PAYLOAD
    DELIVERY_FAILURE_REASON = _state.DELIVERY_FAILURE_REASON
    MORE_MESSAGES_TO_SEND = _state.MORE_MESSAGES_TO_SEND
    MESSAGE_STATE = _state.MESSAGE_STATE
    USSD_SERVICE_OP = _state.USSD_SERVICE_OP
    DISPLAY_TIME = _state.DISPLAY_TIME
    SMS_SIGNAL = _state.SMS_SIGNAL
    MS_VALIDITY = _state.MS_VALIDITY
    ALERT_ON_MESSAGE_DELIVERY = _state.ALERT_ON_MESSAGE_DELIVERY
    ITS_REPLY_TYPE = _state.ITS_REPLY_TYPE
    ITS_SESSION_INFO = _state.ITS_SESSION_INFO

    CONGESTION_STATE = 0x0428
    BROADCAST_CHANNEL_INDICATOR = 0x0600
    BROADCAST_CONTENT_TYPE = 0x0601
    BROADCAST_CONTENT_TYPE_INFO = 0x0602
    BROADCAST_MESSAGE_CLASS = 0x0603
    BROADCAST_REP_NUM = 0x0604
    BROADCAST_FREQUENCY_INTERVAL = 0x0605
    BROADCAST_AREA_IDENTIFIER = 0x0606
    BROADCAST_ERROR_STATUS = 0x0607
    BROADCAST_AREA_SUCCESS = 0x0608
    BROADCAST_END_TIME = 0x0609
    BROADCAST_SERVICE_GROUP = 0x060A
    BILLING_IDENTIFICATION = 0x060B
    SOURCE_NETWORK_ID = 0x060D
    DEST_NETWORK_ID = 0x060E
    SOURCE_NODE_ID = 0x060F
    DEST_NODE_ID = 0x0610
    DEST_ADDR_NP_RESOLUTION = 0x0611
    DEST_ADDR_NP_INFORMATION = 0x0612
    DEST_ADDR_NP_COUNTRY = 0x0613


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


def tag_name(tag: int) -> str:
    """`ussd_service_op`, or the number as `0x1501`."""
    known = Tag._value2member_map_.get(tag)
    return known._name_.lower() if known is not None else f"0x{tag:04x}"


def _octets(shortest: int, longest: int | None = None) -> range:
    return range(shortest, (shortest if longest is None else longest) + 1)


# Lengths of TLV values in octets (SMPP 3.4 5.3.2, SMPP 5.0 4.8.4). Where 3.4 and 5.0 differ both are taken. A tag that
# is not here may have any length.
TLV_LENGTHS: Final[dict[int, range]] = {
    Tag.DEST_ADDR_SUBUNIT: _octets(1),
    Tag.DEST_NETWORK_TYPE: _octets(1),
    Tag.DEST_BEARER_TYPE: _octets(1),
    Tag.DEST_TELEMATICS_ID: _octets(2),
    Tag.SOURCE_ADDR_SUBUNIT: _octets(1),
    Tag.SOURCE_NETWORK_TYPE: _octets(1),
    Tag.SOURCE_BEARER_TYPE: _octets(1),
    Tag.SOURCE_TELEMATICS_ID: _octets(1),
    Tag.QOS_TIME_TO_LIVE: _octets(4),
    Tag.PAYLOAD_TYPE: _octets(1),
    Tag.ADDITIONAL_STATUS_INFO_TEXT: _octets(1, 256),
    Tag.RECEIPTED_MESSAGE_ID: _octets(1, 65),
    Tag.MS_MSG_WAIT_FACILITIES: _octets(1),
    Tag.PRIVACY_INDICATOR: _octets(1),
    Tag.SOURCE_SUBADDRESS: _octets(2, 23),
    Tag.DEST_SUBADDRESS: _octets(2, 23),
    Tag.USER_MESSAGE_REFERENCE: _octets(2),
    Tag.USER_RESPONSE_CODE: _octets(1),
    Tag.SOURCE_PORT: _octets(2),
    Tag.DESTINATION_PORT: _octets(2),
    Tag.SAR_MSG_REF_NUM: _octets(2),
    Tag.LANGUAGE_INDICATOR: _octets(1),
    Tag.SAR_TOTAL_SEGMENTS: _octets(1),
    Tag.SAR_SEGMENT_SEQNUM: _octets(1),
    Tag.SC_INTERFACE_VERSION: _octets(1),
    Tag.CALLBACK_NUM_PRES_IND: _octets(1),
    Tag.CALLBACK_NUM_ATAG: _octets(0, 65),
    Tag.NUMBER_OF_MESSAGES: _octets(1),
    Tag.CALLBACK_NUM: _octets(4, 19),
    Tag.DPF_RESULT: _octets(1),
    Tag.SET_DPF: _octets(1),
    Tag.MS_AVAILABILITY_STATUS: _octets(1),
    Tag.NETWORK_ERROR_CODE: _octets(3),
    Tag.MESSAGE_PAYLOAD: _octets(0, 65535),
    Tag.DELIVERY_FAILURE_REASON: _octets(1),
    Tag.MORE_MESSAGES_TO_SEND: _octets(1),
    Tag.MESSAGE_STATE: _octets(1),
    Tag.CONGESTION_STATE: _octets(1),
    Tag.USSD_SERVICE_OP: _octets(1),
    Tag.BROADCAST_CHANNEL_INDICATOR: _octets(1),
    Tag.BROADCAST_CONTENT_TYPE: _octets(3),
    Tag.BROADCAST_CONTENT_TYPE_INFO: _octets(1, 255),
    Tag.BROADCAST_MESSAGE_CLASS: _octets(1),
    Tag.BROADCAST_REP_NUM: _octets(2),
    Tag.BROADCAST_FREQUENCY_INTERVAL: _octets(3),
    Tag.BROADCAST_AREA_IDENTIFIER: _octets(1, 100),
    Tag.BROADCAST_ERROR_STATUS: _octets(4),
    Tag.BROADCAST_AREA_SUCCESS: _octets(1),
    Tag.BROADCAST_END_TIME: _octets(16),
    Tag.BROADCAST_SERVICE_GROUP: _octets(1, 255),
    Tag.BILLING_IDENTIFICATION: _octets(1, 1024),
    Tag.SOURCE_NETWORK_ID: _octets(7, 65),
    Tag.DEST_NETWORK_ID: _octets(7, 65),
    Tag.SOURCE_NODE_ID: _octets(6),
    Tag.DEST_NODE_ID: _octets(6),
    Tag.DEST_ADDR_NP_RESOLUTION: _octets(1),
    Tag.DEST_ADDR_NP_INFORMATION: _octets(10),
    Tag.DEST_ADDR_NP_COUNTRY: _octets(1, 5),
    Tag.DISPLAY_TIME: _octets(1),
    Tag.SMS_SIGNAL: _octets(2),
    Tag.MS_VALIDITY: _octets(1, 4),  # 1 octet in 3.4, 4 in 5.0
    Tag.ALERT_ON_MESSAGE_DELIVERY: _octets(0, 1),  # none in 3.4, one in 5.0
    Tag.ITS_REPLY_TYPE: _octets(1),
    Tag.ITS_SESSION_INFO: _octets(2),
}


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


# --- its_session_info (SMPP 3.4 5.3.2.43) -------------------------------------------------------------------------


class ItsSessionInfo(NamedTuple):
    """Session number 0 to 255, sequence 0 to 127, and the bit that ends the session."""

    number: int
    sequence: int
    end: bool


def unpack_its_session_info(value: bytes) -> ItsSessionInfo | None:
    """Reads the TLV's value; None unless it has the two octets of the specification."""
    if len(value) != 2:
        return None
    return ItsSessionInfo(value[0], value[1] >> 1, value[1] & 1 == 1)


def pack_its_session_info(info: ItsSessionInfo) -> bytes:
    """Two octets. Raises ValueError where a number does not fit its bits."""
    if not 0 <= info.number <= 0xFF:
        raise ValueError(f"its_session_info: session number {info.number} is not in 0..255")
    if not 0 <= info.sequence <= 0x7F:
        raise ValueError(f"its_session_info: sequence number {info.sequence} is not in 0..127")
    return bytes((info.number, info.sequence << 1 | info.end))


# --- network_error_code (SMPP 3.4 5.3.2.31) -----------------------------------------------------------------------


class ErrorNetwork(IntEnum):
    """First octet of network_error_code."""

    ANSI_136 = 1
    IS_95 = 2
    GSM = 3


class NetworkErrorCode(NamedTuple):
    """network 0 to 255 (ErrorNetwork where known), code 0 to 65535 in that network's own numbering."""

    network: int
    code: int


def unpack_network_error_code(value: bytes) -> NetworkErrorCode | None:
    """Reads the TLV's value; None unless it has three octets."""
    if len(value) != 3:
        return None
    return NetworkErrorCode(value[0], value[1] << 8 | value[2])


def pack_network_error_code(error: NetworkErrorCode) -> bytes:
    """Three octets. Raises ValueError where a number does not fit its bits."""
    if not 0 <= error.network <= 0xFF:
        raise ValueError(f"network_error_code: network {error.network} is not in 0..255")
    if not 0 <= error.code <= 0xFFFF:
        raise ValueError(f"network_error_code: code {error.code} is not in 0..65535")
    return bytes((error.network, error.code >> 8, error.code & 0xFF))


# --- callback_num_pres_ind (SMPP 3.4 5.3.2.37) and ms_msg_wait_facilities (5.3.2.13) ------------------------------


class Presentation(IntEnum):
    """Bits 3-2 of callback_num_pres_ind."""

    ALLOWED = 0
    RESTRICTED = 1
    UNAVAILABLE = 2


class Screening(IntEnum):
    """Bits 1-0 of callback_num_pres_ind."""

    NOT_SCREENED = 0
    VERIFIED_PASSED = 1
    VERIFIED_FAILED = 2
    NETWORK_PROVIDED = 3


def callback_presentation(pres_ind: int) -> int:
    """Bits 3-2: one of Presentation, or 3 (reserved)."""
    return pres_ind >> 2 & 0x03


def callback_screening(pres_ind: int) -> int:
    """Bits 1-0: one of Screening."""
    return pres_ind & 0x03


class WaitingKind(IntEnum):
    """Bits 1-0 of ms_msg_wait_facilities."""

    VOICE_MAIL = 0
    FAX = 1
    ELECTRONIC_MAIL = 2
    OTHER = 3


def waiting_indicator(facilities: int) -> tuple[bool, int]:
    """(bit 7: switch the indicator on, bits 1-0: one of WaitingKind)."""
    return facilities & 0x80 != 0, facilities & 0x03


# --- enumerated values --------------------------------------------------------------------------------------------


class UssdOp(IntEnum):
    """ussd_service_op (SMPP 3.4 5.3.2.44). 4 to 15 and 20 to 31 are reserved, 32 to 255 are the vendor's."""

    PSSD_INDICATION = 0
    PSSR_INDICATION = 1
    USSR_REQUEST = 2
    USSN_REQUEST = 3
    PSSD_RESPONSE = 16
    PSSR_RESPONSE = 17
    USSR_CONFIRM = 18
    USSN_CONFIRM = 19


def is_vendor_ussd_op(op: int) -> bool:
    """True for 32 to 255, which the specification leaves to the vendor."""
    return 32 <= op <= 255


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


class AddrSubunit(IntEnum):
    """source_addr_subunit and dest_addr_subunit (SMPP 3.4 5.3.2.1)."""

    UNKNOWN = 0
    MS_DISPLAY = 1
    MOBILE_EQUIPMENT = 2
    SMART_CARD = 3
    EXTERNAL_UNIT = 4


class NetworkType(IntEnum):
    """source_network_type and dest_network_type (SMPP 3.4 5.3.2.3)."""

    UNKNOWN = 0
    GSM = 1
    TDMA = 2
    IS_95 = 3
    PDC = 4
    PHS = 5
    IDEN = 6
    AMPS = 7
    PAGING = 8


class BearerType(IntEnum):
    """source_bearer_type and dest_bearer_type (SMPP 3.4 5.3.2.5)."""

    UNKNOWN = 0
    SMS = 1
    CSD = 2
    PACKET_DATA = 3
    USSD = 4
    CDPD = 5
    DATATAC = 6
    FLEX = 7
    CELL_BROADCAST = 8


class Language(IntEnum):
    """language_indicator (SMPP 3.4 5.3.2.19)."""

    UNSPECIFIED = 0
    ENGLISH = 1
    FRENCH = 2
    SPANISH = 3
    GERMAN = 4
    PORTUGUESE = 5


class Privacy(IntEnum):
    """privacy_indicator (SMPP 3.4 5.3.2.14)."""

    NOT_RESTRICTED = 0
    RESTRICTED = 1
    CONFIDENTIAL = 2
    SECRET = 3


class MsAvailability(IntEnum):
    """ms_availability_status (SMPP 3.4 5.3.2.30)."""

    AVAILABLE = 0
    DENIED = 1
    UNAVAILABLE = 2


class DeliveryFailureReason(IntEnum):
    """delivery_failure_reason (SMPP 3.4 5.3.2.33)."""

    DESTINATION_UNAVAILABLE = 0
    DESTINATION_INVALID = 1
    PERMANENT_NETWORK_ERROR = 2
    TEMPORARY_NETWORK_ERROR = 3


class ItsReplyType(IntEnum):
    """its_reply_type (SMPP 3.4 5.3.2.42)."""

    DIGIT = 0
    NUMBER = 1
    TELEPHONE_NUMBER = 2
    PASSWORD = 3
    CHARACTER_LINE = 4
    MENU = 5
    DATE = 6
    TIME = 7
    CONTINUE = 8
