namespace Annotate.Text;

/// <summary>
/// Turns an update of format 2 into format 1, struct by struct. A few bytes of format 2 can stand for any number of structs, so what comes
/// out is bounded by what went in. Whether it makes sense is for the reader of format 1 to say.
/// </summary>
ref struct Format2Reading(long bytesMax)
{
    SteppedColumn _keyClocks;
    CountedColumn _clients;
    SteppedColumn _leftClocks;
    SteppedColumn _rightClocks;
    ByteColumn _infos;
    StringColumn _strings;
    ByteColumn _parentInfos;
    CountedColumn _typeRefs;
    CountedColumn _lengths;
    Rows<string> _keys;

    public bool TryConvert(ref ByteReader reader, ref ByteWriter output)
    {
        if (!TryOpen(ref reader) || !reader.TryCount(1, Limits.ClientsMax, out var sections)) return false;
        output.Uint(sections);
        for (var i = 0; i < sections; i++)
            if (!TryConvertSection(ref reader, ref output)) return false;
        return TryConvertDeletes(ref reader, ref output) && reader.TryEnd();
    }

    bool TryOpen(ref ByteReader reader)
    {
        if (!reader.TryUint(out _)) return false;
        Span<(int At, int End)> parts = stackalloc (int, int)[9];
        foreach (ref var part in parts)
        {
            if (!reader.TryBlob(out var blob)) return false;
            part = (reader.At - blob.Length, reader.At);
        }
        _keyClocks = new SteppedColumn(parts[0].At, parts[0].End);
        _clients = new CountedColumn(parts[1].At, parts[1].End);
        _leftClocks = new SteppedColumn(parts[2].At, parts[2].End);
        _rightClocks = new SteppedColumn(parts[3].At, parts[3].End);
        _infos = new ByteColumn(parts[4].At, parts[4].End);
        _parentInfos = new ByteColumn(parts[6].At, parts[6].End);
        _typeRefs = new CountedColumn(parts[7].At, parts[7].End);
        _lengths = new CountedColumn(parts[8].At, parts[8].End);
        return StringColumn.TryOpen(ref reader, parts[5].At, parts[5].End, out _strings);
    }

    bool TryConvertSection(ref ByteReader reader, ref ByteWriter output)
    {
        if (!reader.TryUint(out var structs) || !_clients.TryRead(ref reader, out var client) || !reader.TryUint(out var clock)) return false;
        if (structs > Limits.UpdateStructsMax) return reader.Fail(UpdateFault.TooLarge);
        output.Uint(structs);
        output.Uint(client);
        output.Uint(clock);
        for (; structs > 0; structs--)
        {
            if (!TryConvertStruct(ref reader, ref output)) return false;
            if (output.Length > bytesMax) return reader.Fail(UpdateFault.TooLarge);
        }
        return true;
    }

    bool TryConvertStruct(ref ByteReader reader, ref ByteWriter output)
    {
        if (!_infos.TryRead(ref reader, out var info)) return false;
        output.Byte(info);
        var kind = (StructKind)(info & StructReader.KindBits);
        if (kind == StructKind.Skip) return TryNumber(ref reader, ref output);
        if (kind == StructKind.Collected) return TryLength(ref reader, ref output, out _);
        if ((info & StructReader.HasLeft) != 0 && !TryId(ref reader, ref output, ref _leftClocks)) return false;
        if ((info & StructReader.HasRight) != 0 && !TryId(ref reader, ref output, ref _rightClocks)) return false;
        if ((info & (StructReader.HasLeft | StructReader.HasRight)) == 0 && !TryParent(ref reader, ref output, info)) return false;
        return TryContent(ref reader, ref output, kind);
    }

    static bool TryNumber(ref ByteReader reader, ref ByteWriter output)
    {
        if (!reader.TryUint(out var value)) return false;
        output.Uint(value);
        return true;
    }

    bool TryLength(ref ByteReader reader, ref ByteWriter output, out long length)
    {
        if (!_lengths.TryRead(ref reader, out length)) return false;
        output.Uint(length);
        return true;
    }

    bool TryId(ref ByteReader reader, ref ByteWriter output, ref SteppedColumn clocks)
    {
        if (!_clients.TryRead(ref reader, out var client) || !clocks.TryRead(ref reader, out var clock)) return false;
        output.Uint(client);
        output.Uint(clock);
        return true;
    }

    bool TryParent(ref ByteReader reader, ref ByteWriter output, byte info)
    {
        if (!_parentInfos.TryRead(ref reader, out var parentInfo)) return false;
        output.Byte(parentInfo == 1 ? (byte)1 : (byte)0);
        if (!(parentInfo == 1 ? TryText(ref reader, ref output) : TryId(ref reader, ref output, ref _leftClocks))) return false;
        return (info & StructReader.HasParentKey) == 0 || TryText(ref reader, ref output);
    }

    bool TryText(ref ByteReader reader, ref ByteWriter output)
    {
        if (!_strings.TryRead(ref reader, out var text)) return false;
        output.Text(text);
        return true;
    }

    bool TryKey(ref ByteReader reader, ref ByteWriter output)
    {
        if (!_keyClocks.TryRead(ref reader, out var clock)) return false;
        if (clock >= _keys.Count)
        {
            if (!_strings.TryRead(ref reader, out var text)) return false;
            _keys.Add(text.ToString());
            clock = _keys.Count - 1;
        }
        output.Text(_keys.Span[(int)clock]);
        return true;
    }

    bool TryContent(ref ByteReader reader, ref ByteWriter output, StructKind kind)
    {
        switch (kind)
        {
            case StructKind.Deleted:
                return TryLength(ref reader, ref output, out _);
            case StructKind.String:
                return TryText(ref reader, ref output);
            case StructKind.Json or StructKind.Any:
                return TryElements(ref reader, ref output, kind);
            case StructKind.Binary:
                if (!reader.TryBlob(out var bytes)) return false;
                output.Blob(bytes);
                return true;
            case StructKind.Embed:
                return TryJson(ref reader, ref output);
            case StructKind.Format:
                return TryKey(ref reader, ref output) && TryJson(ref reader, ref output);
            case StructKind.Type:
                if (!_typeRefs.TryRead(ref reader, out var type)) return false;
                output.Uint(type);
                return (SharedKind)type is not (SharedKind.XmlElement or SharedKind.XmlHook) || TryKey(ref reader, ref output);
            case StructKind.Subdocument:
                return TryText(ref reader, ref output) && TryAny(ref reader, ref output);
            default:
                return reader.Fail(UpdateFault.Struct);
        }
    }

    bool TryElements(ref ByteReader reader, ref ByteWriter output, StructKind kind)
    {
        if (!TryLength(ref reader, ref output, out var count)) return false;
        for (; count > 0; count--)
        {
            if (!(kind == StructKind.Any ? TryAny(ref reader, ref output) : TryText(ref reader, ref output))) return false;
            if (output.Length > bytesMax) return reader.Fail(UpdateFault.TooLarge);
        }
        return true;
    }

    static bool TryAny(ref ByteReader reader, ref ByteWriter output)
    {
        var start = reader.At;
        if (!Values.TrySkipAny(ref reader)) return false;
        output.Bytes(reader.Between(start, reader.At));
        return true;
    }

    /// <summary>What format 1 writes as JSON, format 2 writes as "any".</summary>
    static bool TryJson(ref ByteReader reader, ref ByteWriter output)
    {
        var start = reader.At;
        if (!Values.TrySkipAny(ref reader)) return false;
        return AnyJson.TryToJson(reader.Between(start, reader.At), ref output) || reader.Fail(UpdateFault.Value);
    }

    static bool TryConvertDeletes(ref ByteReader reader, ref ByteWriter output)
    {
        if (!reader.TryCount(2, Limits.ClientsMax, out var clients)) return false;
        output.Uint(clients);
        for (; clients > 0; clients--)
        {
            if (!reader.TryUint(out var client) || !reader.TryCount(2, Limits.DeleteRangesMax, out var count)) return false;
            output.Uint(client);
            output.Uint(count);
            long at = 0;
            for (; count > 0; count--)
            {
                if (!reader.TryUint(out var gap) || !reader.TryUint(out var length)) return false;
                if (gap > Limits.ClockMax - at || length >= Limits.ClockMax - at - gap) return reader.Fail(UpdateFault.Number);
                output.Uint(at + gap);
                output.Uint(length + 1);
                at += gap + length + 1;
            }
        }
        return true;
    }
}
