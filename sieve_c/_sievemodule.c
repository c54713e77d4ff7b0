/* _sievemodule.c: mobius_core._sieve, the C sieve for Python. Conversion and checks only.
 *
 * Buffers (numpy arrays, array.array, memoryview) are read and filled in place and must be
 * C-contiguous with the exact element type; nothing is converted or copied. The GIL is released
 * while the sieve works. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "mobius.h"

#include <stdbool.h>
#include <stdlib.h>

/* Whether a struct-module format is the one native integer of this code, or of its alias
 * (uint64 is L or Q by platform and library). */
static bool has_format(const char *format, const char *codes)
{
    if (format == NULL)
        format = "B";
#if PY_LITTLE_ENDIAN
    if (*format == '<')
        format++;
#endif
    if (*format == '@' || *format == '=')
        format++;
    return *format != '\0' && format[1] == '\0' && strchr(codes, *format) != NULL;
}

/* Fills view with object's buffer of the given element type, or sets an exception. */
static bool get_buffer(PyObject *object, Py_buffer *view, const char *name, const char *type,
                       const char *codes, Py_ssize_t itemsize, bool writable)
{
    int flags = PyBUF_FORMAT | PyBUF_ND | (writable ? PyBUF_WRITABLE : 0);
    if (PyObject_GetBuffer(object, view, flags) < 0)
        return false;
    if (view->itemsize == itemsize && has_format(view->format, codes))
        return true;
    PyErr_Format(PyExc_TypeError, "%s must be a buffer of %s, not of format '%s'", name, type,
                 view->format == NULL ? "B" : view->format);
    PyBuffer_Release(view);
    return false;
}

static bool get_numbers(PyObject *object, Py_buffer *view, const char *name, bool writable)
{
    return get_buffer(object, view, name, "uint64", "LQ", 8, writable);
}

/* A Python integer in [0, 2^64), or an exception: -1 must not become 2^64 - 1. */
static int to_uint64(PyObject *object, void *result)
{
    PyObject *index = PyNumber_Index(object);
    if (index == NULL)
        return 0;
    unsigned long long value = PyLong_AsUnsignedLongLong(index);
    Py_DECREF(index);
    if (value == (unsigned long long)-1 && PyErr_Occurred()) {
        if (PyErr_ExceptionMatches(PyExc_OverflowError))
            PyErr_SetString(PyExc_ValueError, "an integer must lie in 0..2^64-1");
        return 0;
    }
    *(uint64_t *)result = value;
    return 1;
}

static bool lengths_differ(Py_ssize_t length, Py_ssize_t expected)
{
    if (length == expected)
        return false;
    PyErr_Format(PyExc_ValueError, "out has %zd elements, not %zd", length, expected);
    return true;
}

/* The kernel that calls use which name none: the best, or MOBIUS_KERNEL of the environment. */
typedef struct module_state {
    mobius_kernel kernel;
} module_state;

static int find_kernel(const char *name, mobius_kernel *kernel)
{
    for (int k = MOBIUS_PORTABLE; k <= MOBIUS_IFMA; k++) {
        *kernel = (mobius_kernel)k;
        if (mobius_has_kernel(*kernel) && strcmp(name, mobius_kernel_name(*kernel)) == 0)
            return 0;
    }
    PyErr_Format(PyExc_ValueError, "there is no kernel '%s' here; mobius_core._sieve.kernels() lists "
                 "those there are", name);
    return -1;
}

/* The kernel of that name, or the module's when name is NULL. */
static int choose_kernel(PyObject *module, const char *name, mobius_kernel *kernel)
{
    if (name != NULL)
        return find_kernel(name, kernel);
    *kernel = ((module_state *)PyModule_GetState(module))->kernel;
    return 0;
}

/* None, or the exception of a status. */
static PyObject *result_of(mobius_status status)
{
    if (status == MOBIUS_OK)
        Py_RETURN_NONE;
    if (status == MOBIUS_NO_MEMORY)
        return PyErr_NoMemory();
    PyErr_SetString(PyExc_ValueError, mobius_message(status));
    return NULL;
}

static PyObject *sieve_mu(PyObject *module, PyObject *args, PyObject *keywords)
{
    static char *names[] = {"", "", "kernel", NULL};
    PyObject *n_object, *out_object, *result = NULL;
    const char *name = NULL;
    mobius_kernel kernel;
    Py_buffer n, out;
    if (!PyArg_ParseTupleAndKeywords(args, keywords, "OO|$z:mu", names, &n_object, &out_object,
                                     &name) ||
        choose_kernel(module, name, &kernel) < 0 || !get_numbers(n_object, &n, "n", false))
        return NULL;
    if (!get_buffer(out_object, &out, "out", "int8", "b", 1, true))
        goto release_n;
    if (!lengths_differ(out.len, n.len / 8)) {
        mobius_status status;
        Py_BEGIN_ALLOW_THREADS
        status = mobius_mu(n.buf, (size_t)out.len, out.buf, kernel);
        Py_END_ALLOW_THREADS
        result = result_of(status);
    }
    PyBuffer_Release(&out);
release_n:
    PyBuffer_Release(&n);
    return result;
}

static PyObject *sieve_mu_range(PyObject *module, PyObject *args, PyObject *keywords)
{
    static char *names[] = {"", "", "", "kernel", NULL};
    PyObject *out_object, *result = NULL;
    const char *name = NULL;
    mobius_kernel kernel;
    uint64_t lo, hi;
    Py_buffer out;
    if (!PyArg_ParseTupleAndKeywords(args, keywords, "O&O&O|$z:mu_range", names, to_uint64, &lo,
                                     to_uint64, &hi, &out_object, &name) ||
        choose_kernel(module, name, &kernel) < 0 ||
        !get_buffer(out_object, &out, "out", "int8", "b", 1, true))
        return NULL;
    if (lo > hi || hi - lo > PY_SSIZE_T_MAX)
        result = result_of(MOBIUS_BAD_INTERVAL);
    else if (!lengths_differ(out.len, (Py_ssize_t)(hi - lo))) {
        mobius_status status;
        Py_BEGIN_ALLOW_THREADS
        status = mobius_mu_range(lo, hi, out.buf, kernel);
        Py_END_ALLOW_THREADS
        result = result_of(status);
    }
    PyBuffer_Release(&out);
    return result;
}

static PyObject *sieve_permute(PyObject *module, PyObject *args)
{
    (void)module;
    PyObject *out_object;
    uint64_t size, key, first;
    Py_buffer out;
    if (!PyArg_ParseTuple(args, "O&O&O&O:permute", to_uint64, &size, to_uint64, &key, to_uint64,
                          &first, &out_object) ||
        !get_numbers(out_object, &out, "out", true))
        return NULL;
    mobius_status status;
    Py_BEGIN_ALLOW_THREADS
    status = mobius_permute(size, key, first, (size_t)out.len / 8, out.buf);
    Py_END_ALLOW_THREADS
    PyBuffer_Release(&out);
    return result_of(status);
}

static PyObject *sieve_residues(PyObject *module, PyObject *args, PyObject *keywords)
{
    static char *names[] = {"", "", "", "kernel", NULL};
    PyObject *n_object, *moduli_object, *out_object, *result = NULL;
    const char *name = NULL;
    mobius_kernel kernel;
    Py_buffer n, moduli, out;
    if (!PyArg_ParseTupleAndKeywords(args, keywords, "OOO|$z:residues", names, &n_object,
                                     &moduli_object, &out_object, &name) ||
        choose_kernel(module, name, &kernel) < 0 ||
        !get_numbers(n_object, &n, "n", false))
        return NULL;
    if (!get_buffer(moduli_object, &moduli, "moduli", "uint16", "H", 2, false))
        goto release_n;
    if (!get_buffer(out_object, &out, "out", "uint16", "H", 2, true))
        goto release_moduli;
    Py_ssize_t rows = n.len / 8, columns = moduli.len / 2;
    if (columns > 0 && rows > PY_SSIZE_T_MAX / columns)
        result = PyErr_NoMemory();
    else if (!lengths_differ(out.len / 2, rows * columns)) {
        mobius_status status;
        Py_BEGIN_ALLOW_THREADS
        status = mobius_residues(n.buf, (size_t)rows, moduli.buf, (size_t)columns, out.buf,
                                 kernel);
        Py_END_ALLOW_THREADS
        result = result_of(status);
    }
    PyBuffer_Release(&out);
release_moduli:
    PyBuffer_Release(&moduli);
release_n:
    PyBuffer_Release(&n);
    return result;
}

static PyObject *sieve_int2int_width(PyObject *module, PyObject *args)
{
    (void)module;
    Py_ssize_t moduli;
    if (!PyArg_ParseTuple(args, "n:int2int_width", &moduli))
        return NULL;
    if (moduli < 0 || moduli > UINT16_MAX) {
        PyErr_SetString(PyExc_ValueError, "moduli must be 0 to 65535 in number");
        return NULL;
    }
    return PyLong_FromSize_t(mobius_int2int_width((size_t)moduli));
}

/* The buffers of one row a label: residues (rows, moduli), moduli and labels. */
typedef struct row_buffers {
    Py_buffer residues, moduli, labels;
} row_buffers;

static void release_rows(row_buffers *rows)
{
    PyBuffer_Release(&rows->residues);
    PyBuffer_Release(&rows->moduli);
    PyBuffer_Release(&rows->labels);
}

static bool get_rows(PyObject *residues, PyObject *moduli, PyObject *labels, bool writable,
                     row_buffers *rows)
{
    if (!get_buffer(moduli, &rows->moduli, "moduli", "uint16", "H", 2, false))
        return false;
    if (!get_buffer(labels, &rows->labels, "labels", "int8", "b", 1, writable))
        goto release_moduli;
    if (!get_buffer(residues, &rows->residues, "residues", "uint16", "H", 2, writable))
        goto release_labels;
    if (rows->labels.len * (rows->moduli.len / 2) == rows->residues.len / 2)
        return true;
    PyErr_Format(PyExc_ValueError, "residues has %zd elements, not %zd rows of %zd",
                 rows->residues.len / 2, rows->labels.len, rows->moduli.len / 2);
    PyBuffer_Release(&rows->residues);
release_labels:
    PyBuffer_Release(&rows->labels);
release_moduli:
    PyBuffer_Release(&rows->moduli);
    return false;
}

static PyObject *sieve_write_int2int(PyObject *module, PyObject *args)
{
    (void)module;
    PyObject *residues, *moduli, *labels, *out_object, *result = NULL;
    row_buffers rows;
    Py_buffer out;
    if (!PyArg_ParseTuple(args, "OOOO:write_int2int", &residues, &moduli, &labels, &out_object) ||
        !get_rows(residues, moduli, labels, false, &rows))
        return NULL;
    if (!get_buffer(out_object, &out, "out", "uint8", "B", 1, true))
        goto release;
    size_t columns = (size_t)rows.moduli.len / 2, count = (size_t)rows.labels.len, length = 0;
    if ((size_t)out.len / mobius_int2int_width(columns) < count) {
        PyErr_Format(PyExc_ValueError, "out has %zd bytes, fewer than %zu lines may need", out.len,
                     count);
    } else {
        mobius_status status;
        Py_BEGIN_ALLOW_THREADS
        status = mobius_int2int_write(rows.residues.buf, count, rows.moduli.buf, columns,
                                      rows.labels.buf, out.buf, &length);
        Py_END_ALLOW_THREADS
        if (status == MOBIUS_OK)
            result = PyLong_FromSize_t(length);
        else
            result_of(status);
    }
    PyBuffer_Release(&out);
release:
    release_rows(&rows);
    return result;
}

static PyObject *sieve_read_int2int(PyObject *module, PyObject *args)
{
    (void)module;
    PyObject *text_object, *residues, *moduli, *labels, *result = NULL;
    row_buffers rows;
    Py_buffer text;
    if (!PyArg_ParseTuple(args, "OOOO:read_int2int", &text_object, &moduli, &residues, &labels) ||
        !get_rows(residues, moduli, labels, true, &rows))
        return NULL;
    if (!get_buffer(text_object, &text, "text", "uint8", "B", 1, false))
        goto release;
    size_t found = 0, bytes = 0;
    mobius_status status;
    Py_BEGIN_ALLOW_THREADS
    status = mobius_int2int_read(text.buf, (size_t)text.len, rows.moduli.buf,
                                 (size_t)rows.moduli.len / 2, (size_t)rows.labels.len,
                                 rows.residues.buf, rows.labels.buf, &found, &bytes);
    Py_END_ALLOW_THREADS
    if (status == MOBIUS_OK)
        result = Py_BuildValue("nn", (Py_ssize_t)found, (Py_ssize_t)bytes);
    else
        result_of(status);
    PyBuffer_Release(&text);
release:
    release_rows(&rows);
    return result;
}

static PyObject *sieve_read_numbers(PyObject *module, PyObject *args)
{
    (void)module;
    PyObject *text_object, *n_object, *result;
    Py_buffer text, n;
    if (!PyArg_ParseTuple(args, "OO:read_numbers", &text_object, &n_object) ||
        !get_buffer(text_object, &text, "text", "uint8", "B", 1, false))
        return NULL;
    if (!get_numbers(n_object, &n, "n", true)) {
        PyBuffer_Release(&text);
        return NULL;
    }
    size_t count, bytes;
    Py_BEGIN_ALLOW_THREADS
    bytes = mobius_read_numbers(text.buf, (size_t)text.len, n.buf, (size_t)n.len / 8, &count);
    Py_END_ALLOW_THREADS
    result = Py_BuildValue("nn", (Py_ssize_t)count, (Py_ssize_t)bytes);
    PyBuffer_Release(&n);
    PyBuffer_Release(&text);
    return result;
}

static PyObject *sieve_write_values(PyObject *module, PyObject *args)
{
    (void)module;
    PyObject *n_object, *mu_object, *out_object, *result = NULL;
    Py_buffer n, mu, out;
    if (!PyArg_ParseTuple(args, "OOO:write_values", &n_object, &mu_object, &out_object) ||
        !get_numbers(n_object, &n, "n", false))
        return NULL;
    if (!get_buffer(mu_object, &mu, "mu", "int8", "b", 1, false))
        goto release_n;
    if (!get_buffer(out_object, &out, "out", "uint8", "B", 1, true))
        goto release_mu;
    if (mu.len != n.len / 8 || out.len / MOBIUS_VALUE_WIDTH < mu.len) {
        PyErr_Format(PyExc_ValueError, "%zd numbers, %zd values and %zd bytes of out do not fit",
                     n.len / 8, mu.len, out.len);
    } else {
        size_t length;
        Py_BEGIN_ALLOW_THREADS
        length = mobius_write_values(n.buf, mu.buf, (size_t)mu.len, out.buf);
        Py_END_ALLOW_THREADS
        result = PyLong_FromSize_t(length);
    }
    PyBuffer_Release(&out);
release_mu:
    PyBuffer_Release(&mu);
release_n:
    PyBuffer_Release(&n);
    return result;
}

PyDoc_STRVAR(int2int_width_doc, "int2int_width($module, moduli, /)\n--\n\n"
                                "Bytes of out that a line of so many moduli may need.");
PyDoc_STRVAR(write_int2int_doc,
             "write_int2int($module, residues, moduli, labels, out, /)\n--\n\n"
             "Fill out (uint8) with a line a row; the bytes written.");
PyDoc_STRVAR(read_int2int_doc,
             "read_int2int($module, text, moduli, residues, labels, /)\n--\n\n"
             "Fill residues and labels from text; (rows, bytes) read before a bad line or the end.");
PyDoc_STRVAR(read_numbers_doc, "read_numbers($module, text, n, /)\n--\n\n"
                               "Fill n from lines of digits; (numbers, bytes) read.");
PyDoc_STRVAR(write_values_doc, "write_values($module, n, mu, out, /)\n--\n\n"
                               "Fill out (uint8) with \"n mu\" lines; the bytes written.");

static PyObject *sieve_kernels(PyObject *module, PyObject *args)
{
    (void)module;
    (void)args;
    PyObject *list = PyList_New(0);
    for (int k = MOBIUS_PORTABLE; list != NULL && k <= MOBIUS_IFMA; k++) {
        if (!mobius_has_kernel((mobius_kernel)k))
            continue;
        PyObject *name = PyUnicode_FromString(mobius_kernel_name((mobius_kernel)k));
        if (name == NULL || PyList_Append(list, name) < 0)
            Py_CLEAR(list);
        Py_XDECREF(name);
    }
    PyObject *tuple = list == NULL ? NULL : PyList_AsTuple(list);
    Py_XDECREF(list);
    return tuple;
}

PyDoc_STRVAR(kernels_doc, "kernels($module, /)\n--\n\n"
                          "The names of the kernels this machine runs, the simplest first.");
PyDoc_STRVAR(mu_doc, "mu($module, n, out, /, *, kernel=None)\n--\n\n"
                     "Fill out (int8) with mu of each n (uint64, 1..2^63-1).");
PyDoc_STRVAR(mu_range_doc, "mu_range($module, lo, hi, out, /, *, kernel=None)\n--\n\n"
                           "Fill out (int8, hi - lo long) with mu(lo), ..., mu(hi - 1).");
PyDoc_STRVAR(permute_doc, "permute($module, size, key, first, out, /)\n--\n\n"
                          "Fill out (uint64) with the images of first, first + 1, ... under the\n"
                          "permutation of range(size) that key chooses, size <= 2^63.");
PyDoc_STRVAR(residues_doc, "residues($module, n, moduli, out, /, *, kernel=None)\n--\n\n"
                           "Fill out (uint16, rows of n by columns of moduli) with n mod m for\n"
                           "n (uint64) and moduli (uint16, at least 2).");

/* Functions with keywords have one parameter more than the table's type says; CPython casts back. */
#define WITH_KEYWORDS(function) (PyCFunction)(void (*)(void))(function), METH_VARARGS | METH_KEYWORDS

static PyMethodDef methods[] = {
    {"kernels", sieve_kernels, METH_NOARGS, kernels_doc},
    {"mu", WITH_KEYWORDS(sieve_mu), mu_doc},
    {"mu_range", WITH_KEYWORDS(sieve_mu_range), mu_range_doc},
    {"permute", sieve_permute, METH_VARARGS, permute_doc},
    {"residues", WITH_KEYWORDS(sieve_residues), residues_doc},
    {"int2int_width", sieve_int2int_width, METH_VARARGS, int2int_width_doc},
    {"write_int2int", sieve_write_int2int, METH_VARARGS, write_int2int_doc},
    {"read_int2int", sieve_read_int2int, METH_VARARGS, read_int2int_doc},
    {"read_numbers", sieve_read_numbers, METH_VARARGS, read_numbers_doc},
    {"write_values", sieve_write_values, METH_VARARGS, write_values_doc},
    {NULL, NULL, 0, NULL},
};

static int add_constants(PyObject *module)
{
    PyObject *size = PyLong_FromUnsignedLongLong(MOBIUS_MAX_SIZE);
    int failed = PyModule_AddObjectRef(module, "MAX_SIZE", size);
    Py_XDECREF(size);
    PyObject *n = PyLong_FromLongLong(MOBIUS_MAX_N);
    failed |= PyModule_AddObjectRef(module, "MAX_N", n);
    Py_XDECREF(n);
    return failed;
}

static int set_kernel(PyObject *module)
{
    module_state *state = PyModule_GetState(module);
    const char *name = getenv("MOBIUS_KERNEL");
    state->kernel = mobius_best_kernel();
    if (name != NULL && *name != '\0' && find_kernel(name, &state->kernel) < 0)
        return -1;
    return PyModule_AddStringConstant(module, "KERNEL", mobius_kernel_name(state->kernel));
}

/* Slots carry functions as void *, which ISO C leaves to the platform. */
__extension__ static PyModuleDef_Slot slots[] = {
    {Py_mod_exec, add_constants},
    {Py_mod_exec, set_kernel},
#if PY_VERSION_HEX >= 0x030C0000
    {Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED},
#endif
#if PY_VERSION_HEX >= 0x030D0000
    {Py_mod_gil, Py_MOD_GIL_NOT_USED},
#endif
    {0, NULL},
};

static struct PyModuleDef definition = {
    .m_base = PyModuleDef_HEAD_INIT,
    .m_name = "mobius_core._sieve",
    .m_doc = "The Moebius function by batches and ranges; see sieve_c/mobius.h.",
    .m_size = sizeof(module_state),
    .m_methods = methods,
    .m_slots = slots,
};

PyMODINIT_FUNC PyInit__sieve(void)
{
    return PyModuleDef_Init(&definition);
}
