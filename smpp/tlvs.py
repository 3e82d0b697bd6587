"""The optional parameters of SMPP (TLVs): their tags, the lengths of their values, and what is inside the values.

The functions are pure and total over what a peer can send. Nothing here may refuse a number that is in no table, nor
read a PDU: a value comes in as octets or as a number, and where it came from is the caller's affair.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Final, NamedTuple

from aiosmpplib import state as _state  # type: ignore[import-untyped]

__all__ = [
    "TLV_LENGTHS",
    "AddrSubunit",
    "BearerType",
    "DeliveryFailureReason",
    "ErrorNetwork",
    "ItsReplyType",
    "ItsSessionInfo",
    "Language",
    "MsAvailability",
    "NetworkErrorCode",
    "NetworkType",
    "Presentation",
    "Privacy",
    "Screening",
    "Tag",
    "UssdOp",
    "WaitingKind",
    "callback_presentation",
    "callback_screening",
    "is_vendor_ussd_op",
    "pack_its_session_info",
    "pack_network_error_code",
    "tag_name",
    "unpack_its_session_info",
    "unpack_network_error_code",
    "waiting_indicator",
]


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
