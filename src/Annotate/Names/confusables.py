#!/usr/bin/env python3
"""Writes confusables.txt: for each character that looks like others, the prototype of them (UTS 39 section 4), as ICU has it.

    python3 confusables.py /usr/lib/x86_64-linux-gnu/libicui18n.so.72

The library's name ends in the major version of ICU, as its functions' names do.
"""
import ctypes
import pathlib
import sys

library = sys.argv[1]
version = library.rsplit('.', 1)[1]
i18n = ctypes.CDLL(library)
common = ctypes.CDLL(library.replace('icui18n', 'icuuc'))


def call(library_of_it, name, result=ctypes.c_int32):
    function = getattr(library_of_it, f'{name}_{version}')
    function.restype = result
    return function


def units(text):
    data = text.encode('utf-16-le')
    return (ctypes.c_uint16 * (len(data) // 2 + 1)).from_buffer_copy(data + b'\0\0'), len(data) // 2


def converted(function, handle, text, *before):
    error, out, (source, length) = ctypes.c_int(0), (ctypes.c_uint16 * 256)(), units(text)
    count = function(handle, *before, source, length, out, 256, ctypes.byref(error))
    assert error.value <= 0, f'ICU error {error.value} for {text!r}'
    return bytes(out)[:count * 2].decode('utf-16-le', 'surrogatepass')


error = ctypes.c_int(0)
checker = ctypes.c_void_p(call(i18n, 'uspoof_open', ctypes.c_void_p)(ctypes.byref(error)))
nfd = ctypes.c_void_p(call(common, 'unorm2_getNFDInstance', ctypes.c_void_p)(ctypes.byref(error)))
assert error.value <= 0
skeleton, normalize = call(i18n, 'uspoof_getSkeleton'), call(common, 'unorm2_normalize')
unicode_version = (ctypes.c_uint8 * 4)()
call(common, 'u_getUnicodeVersion', None)(unicode_version)

by_prototype = {}
for code in range(0x110000):
    character = chr(code)
    # What has a decomposition is decomposed before it is looked up.
    if 0xD800 <= code < 0xE000 or converted(normalize, nfd, character) != character: continue
    prototype = converted(skeleton, checker, character, 0)
    if prototype != character: by_prototype.setdefault(prototype, []).append(code)

here = pathlib.Path(__file__).with_name('confusables.txt')
with here.open('w', encoding='ascii', newline='\n') as out:
    major, minor = unicode_version[0], unicode_version[1]
    print(f'# Unicode {major}.{minor} confusables (UTS 39), by prototype; made by confusables.py from ICU {version}. See README.md.', file=out)
    for prototype, codes in sorted(by_prototype.items()):
        print(' '.join(f'{ord(c):X}' for c in prototype), '<', ' '.join(f'{code:X}' for code in codes), file=out)
