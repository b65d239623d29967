using System.Text;

namespace Annotate.Text;

/// <summary>Turns an update of format 1, which was read before, into format 2, struct by struct.</summary>
ref struct Format2Writing(ReadOnlySpan<byte> update)
{
    const int ColumnBytes = 256;

    readonly ReadOnlySpan<byte> _update = update;
    SteppedColumnWriter _keyClocks = new(ColumnBytes);
    CountedColumnWriter _clients = new(ColumnBytes);
    SteppedColumnWriter _leftClocks = new(ColumnBytes);
    SteppedColumnWriter _rightClocks = new(ColumnBytes);
    ByteColumnWriter _infos = new(ColumnBytes);
    StringColumnWriter _strings = new(ColumnBytes);
    ByteColumnWriter _parentInfos = new(ColumnBytes);
    CountedColumnWriter _typeRefs = new(ColumnBytes);
    CountedColumnWriter _lengths = new(ColumnBytes);
    ByteWriter _rest = new(ColumnBytes);
    int _keys;

    public byte[] Convert()
    {
        var reader = new ByteReader(_update);
        reader.TryUint(out var sections);
        _rest.Uint(sections);
        for (; sections > 0; sections--) ConvertSection(ref reader);
        ConvertDeletes(ref reader);
        return Put();
    }

    byte[] Put()
    {
        var output = new ByteWriter(_update.Length + 64);
        output.Uint(0);
        output.Blob(_keyClocks.ToArray());
        output.Blob(_clients.ToArray());
        output.Blob(_leftClocks.ToArray());
        output.Blob(_rightClocks.ToArray());
        output.Blob(_infos.ToArray());
        output.Blob(_strings.ToArray());
        output.Blob(_parentInfos.ToArray());
        output.Blob(_typeRefs.ToArray());
        output.Blob(_lengths.ToArray());
        output.Bytes(_rest.ToArray());
        return output.ToArray();
    }

    void ConvertSection(ref ByteReader reader)
    {
        reader.TryUint(out var structs);
        reader.TryUint(out var client);
        reader.TryUint(out var clock);
        _rest.Uint(structs);
        _clients.Write(client);
        _rest.Uint(clock);
        for (; structs > 0; structs--)
        {
            StructReader.TryRead(ref reader, client, clock, out var head);
            ConvertStruct(head);
            clock += head.Length;
        }
    }

    void ConvertStruct(in StructHead head)
    {
        _infos.Write(head.Info);
        if (head.Kind == StructKind.Skip) _rest.Uint(head.Length);
        else if (head.Kind == StructKind.Collected) _lengths.Write(head.Length);
        else
        {
            if ((head.Info & StructReader.HasLeft) != 0) WriteId(head.LeftClient, head.LeftClock, ref _leftClocks);
            if (head.RightClient >= 0) WriteId(head.RightClient, head.RightClock, ref _rightClocks);
            if ((head.Info & (StructReader.HasLeft | StructReader.HasRight)) == 0) ConvertParent(head);
            ConvertContent(head);
        }
    }

    void WriteId(long client, long clock, ref SteppedColumnWriter clocks)
    {
        _clients.Write(client);
        clocks.Write(clock);
    }

    void ConvertParent(in StructHead head)
    {
        var reader = new ByteReader(_update, head.RightEnd);
        reader.TryByte(out var isRoot);
        _parentInfos.Write(isRoot);
        if (isRoot == 1) ConvertText(ref reader);
        else
        {
            reader.TryUint(out var client);
            reader.TryUint(out var clock);
            WriteId(client, clock, ref _leftClocks);
        }
        if ((head.Info & StructReader.HasParentKey) != 0) ConvertText(ref reader);
    }

    void ConvertText(ref ByteReader reader)
    {
        reader.TryText(out var text);
        _strings.Write(Encoding.UTF8.GetString(text));
    }

    void ConvertKey(ref ByteReader reader)
    {
        _keyClocks.Write(_keys++);
        ConvertText(ref reader);
    }

    void ConvertContent(in StructHead head)
    {
        var reader = new ByteReader(_update, head.ContentAt);
        switch (head.Kind)
        {
            case StructKind.Deleted:
                _lengths.Write(head.Length);
                break;
            case StructKind.String:
                ConvertText(ref reader);
                break;
            case StructKind.Json:
                reader.TryUint(out var count);
                _lengths.Write(count);
                for (; count > 0; count--) ConvertText(ref reader);
                break;
            case StructKind.Any:
                reader.TryUint(out var values);
                _lengths.Write(values);
                _rest.Bytes(_update[reader.At..head.End]);
                break;
            case StructKind.Embed:
                ConvertJson(ref reader);
                break;
            case StructKind.Format:
                ConvertKey(ref reader);
                ConvertJson(ref reader);
                break;
            case StructKind.Type:
                reader.TryUint(out var type);
                _typeRefs.Write(type);
                if ((SharedKind)type is SharedKind.XmlElement or SharedKind.XmlHook) ConvertKey(ref reader);
                break;
            case StructKind.Subdocument:
                ConvertText(ref reader);
                _rest.Bytes(_update[reader.At..head.End]);
                break;
            default:
                _rest.Bytes(_update[head.ContentAt..head.End]);
                break;
        }
    }

    void ConvertJson(ref ByteReader reader)
    {
        reader.TryText(out var json);
        using var document = JsonText.Parse(json);
        AnyJson.WriteAny(ref _rest, document.RootElement);
    }

    void ConvertDeletes(ref ByteReader reader)
    {
        reader.TryUint(out var clients);
        _rest.Uint(clients);
        for (; clients > 0; clients--)
        {
            reader.TryUint(out var client);
            reader.TryUint(out var count);
            _rest.Uint(client);
            _rest.Uint(count);
            long at = 0;
            for (; count > 0; count--)
            {
                reader.TryUint(out var from);
                reader.TryUint(out var length);
                _rest.Uint(from - at);
                _rest.Uint(length - 1);
                at = from + length;
            }
        }
    }
}
