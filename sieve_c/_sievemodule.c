/* _sievemodule.c: mobius_core._sieve, the C sieve for Python. Conversion and checks only.
 *
 * Buffers (numpy arrays, array.array, memoryview) are read and filled in place and must be
 * C-contiguous with the exact element type; nothing is converted or copied. The GIL is released
 * while the sieve works. */
#include "_binding.h"

#include <stdlib.h>

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
    PyErr_Format(PyExc_ValueError,
                 "there is no kernel '%s' here; mobius_core._sieve.kernels() lists those there are",
                 name);
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

static PyObject *sieve_omega(PyObject *module, PyObject *args)
{
    (void)module;
    PyObject *n_object, *distinct_object, *total_object, *result = NULL;
    Py_buffer n, distinct, total;
    if (!PyArg_ParseTuple(args, "OOO:omega", &n_object, &distinct_object, &total_object) ||
        !get_numbers(n_object, &n, "n", false))
        return NULL;
    if (!get_buffer(distinct_object, &distinct, "distinct", "uint8", "B", 1, true))
        goto release_n;
    if (!get_buffer(total_object, &total, "total", "uint8", "B", 1, true))
        goto release_distinct;
    if (!lengths_differ(distinct.len, n.len / 8) && !lengths_differ(total.len, n.len / 8)) {
        mobius_status status;
        Py_BEGIN_ALLOW_THREADS
        status = mobius_omega(n.buf, (size_t)distinct.len, distinct.buf, total.buf);
        Py_END_ALLOW_THREADS
        result = result_of(status);
    }
    PyBuffer_Release(&total);
release_distinct:
    PyBuffer_Release(&distinct);
release_n:
    PyBuffer_Release(&n);
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
PyDoc_STRVAR(omega_doc, "omega($module, n, distinct, total, /)\n--\n\n"
                        "Fill distinct and total (uint8) with how many primes divide each n\n"
                        "(uint64, 1..2^63-1), without and with multiplicity.");
PyDoc_STRVAR(permute_doc, "permute($module, size, key, first, out, /)\n--\n\n"
                          "Fill out (uint64) with the images of first, first + 1, ... under the\n"
                          "permutation of range(size) that key chooses, size <= 2^63.");
PyDoc_STRVAR(residues_doc, "residues($module, n, moduli, out, /, *, kernel=None)\n--\n\n"
                           "Fill out (uint16, rows of n by columns of moduli) with n mod m for\n"
                           "n (uint64) and moduli (uint16, at least 2).");

/* Functions with keywords have one parameter more than the table says; CPython casts back. */
#define WITH_KEYWORDS(function) \
    (PyCFunction)(void (*)(void))(function), METH_VARARGS | METH_KEYWORDS

static PyMethodDef methods[] = {
    {"kernels", sieve_kernels, METH_NOARGS, kernels_doc},
    {"mu", WITH_KEYWORDS(sieve_mu), mu_doc},
    {"mu_range", WITH_KEYWORDS(sieve_mu_range), mu_range_doc},
    {"omega", sieve_omega, METH_VARARGS, omega_doc},
    {"permute", sieve_permute, METH_VARARGS, permute_doc},
    {"residues", WITH_KEYWORDS(sieve_residues), residues_doc},
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
    return failed | PyModule_AddFunctions(module, text_methods);
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
